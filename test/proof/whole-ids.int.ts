import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { whereToLook, wholeIds } from '../../proof/timeline/log-lines.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'steadfast-ids-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

function log(name: string, ...ids: string[]) {
  mkdirSync(join(dataDir, 'logs'), { recursive: true })
  const lines = ids.map((correlationId) => JSON.stringify({ level: 'INFO', correlationId }))
  writeFileSync(join(dataDir, 'logs', name), lines.join('\n'))
}

describe('the beginning of a correlation id, as a terminal shows it', () => {
  it('stands for the ids in the logs that begin with it, older files included, each once', async () => {
    log('create-ticket.log', 'aaaa1', 'bbbb1', 'aaaa1')
    log('relay.log.1', 'aaaa1', 'aaaa2')
    expect((await wholeIds({ dataDir }, 'aaaa')).toSorted()).toEqual(['aaaa1', 'aaaa2'])
    expect(await wholeIds({ dataDir }, 'bbbb')).toEqual(['bbbb1'])
    expect(await wholeIds({ dataDir }, 'cccc')).toEqual([])
  })

  it('is an id where it was logged as such, and where there are no files to look in', async () => {
    expect(await wholeIds({ dataDir }, 'aaaa')).toEqual(['aaaa'])
    log('create-ticket.log', 'aaaa', 'aaaa1')
    expect(await wholeIds({ dataDir }, 'aaaa')).toEqual(['aaaa'])
  })
})

describe('a correlation id under which nothing was logged', () => {
  it('is looked for in files where there are such, and else in CloudWatch Logs', () => {
    expect(whereToLook({ dataDir })).toContain('CloudWatch Logs')
    log('create-ticket.log', 'aaaa1')
    expect(whereToLook({ dataDir })).toBe(
      `check the id, and the data folder: ${join(dataDir, 'logs')} keeps the newest lines of each function`,
    )
  })
})
