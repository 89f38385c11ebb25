import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFunctionLogs } from '../../lambda/function-logs.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-aws-logs-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const read = (name: string) => readFileSync(join(folder, name), 'utf8')

describe('the log of a function', () => {
  it('is one file per function, which a restart continues', async () => {
    for (const line of ['one', 'two']) {
      const logs = openFunctionLogs(folder)
      logs.write('a', line)
      logs.write('b', 'other')
      await logs.close()
    }
    expect(read('a.log')).toBe('one\ntwo\n')
  })

  it('is rotated at its size limit, with one older file kept', async () => {
    const logs = openFunctionLogs(folder, { bytesMax: 100 })
    for (let n = 0; n < 1000; n++) logs.write('a', `line ${n}`)
    await logs.close()
    const both = read('a.log.1') + (readdirSync(folder).includes('a.log') ? read('a.log') : '')
    expect(both.length).toBeLessThan(2 * 110)
    expect(both).toMatch(/line 998\nline 999\n$/)
  })

  it('keeps its last lines in memory', async () => {
    const logs = openFunctionLogs(folder, { linesMax: 2 })
    for (const line of ['one', 'two', 'three']) logs.write('a', line)
    expect(logs.recent('a')).toEqual(['two', 'three'])
    expect(logs.recent('nobody')).toEqual([])
    await logs.close()
  })
})
