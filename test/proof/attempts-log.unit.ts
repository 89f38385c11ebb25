import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dropAttempts, logAttempts, readAttempts } from '../../proof/check/attempts-log.ts'
import type { RequestAttempt } from '../../proof/load/attempt.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'steadfast-attempts-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const attempt = (key: string, startedAtMs = 5_000): RequestAttempt => ({
  key,
  copy: 0,
  outcome: 'answered',
  status: 201,
  startedAtMs,
  latencyMs: 1,
})
const keysRead = (data: { id: string; createdAtMs: number }) => {
  const { attempts, otherData } = readAttempts(dataDir, data)
  return { keys: attempts.map(({ key }) => key), otherData }
}

describe("the clients' log", () => {
  it('is empty until clients were answered', () => {
    expect(keysRead({ id: 'one', createdAtMs: 0 })).toEqual({ keys: [], otherData: 0 })
  })

  it('answers for the data it is about, and for no other data in the same folder', () => {
    const [gone, here] = [
      { id: 'gone', createdAtMs: 1_000 },
      { id: 'here', createdAtMs: 1_000 },
    ]
    logAttempts(dataDir, gone, [attempt('a'), attempt('b')])
    logAttempts(dataDir, here, [attempt('c')])
    expect(keysRead(here)).toEqual({ keys: ['c'], otherData: 2 })
    expect(keysRead(gone)).toEqual({ keys: ['a', 'b'], otherData: 1 })
    expect(keysRead({ id: 'new', createdAtMs: 9_000 })).toEqual({ keys: [], otherData: 3 })
  })

  it('forgets the answers about data that is gone, and no others', () => {
    const [gone, here] = [
      { id: 'gone', createdAtMs: 1_000 },
      { id: 'here', createdAtMs: 1_000 },
    ]
    logAttempts(dataDir, gone, [attempt('a')])
    logAttempts(dataDir, here, [attempt('b')])
    dropAttempts(dataDir, gone)
    expect(keysRead(here)).toEqual({ keys: ['b'], otherData: 0 })
    dropAttempts(dataDir, here)
    expect(readdirSync(dataDir)).toEqual([])
    dropAttempts(dataDir, here)
  })

  it('of an earlier release, which names no data, is about the data that existed at the time', () => {
    const lines = [attempt('before', 3_999), attempt('after', 4_000)].map((each) => `${JSON.stringify(each)}\n`)
    appendFileSync(join(dataDir, 'attempts.ndjson'), lines.join(''))
    expect(keysRead({ id: 'here', createdAtMs: 4_000 })).toEqual({ keys: ['after'], otherData: 1 })
  })
})
