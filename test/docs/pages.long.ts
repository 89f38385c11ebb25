import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

describe('the generated pages', () => {
  it('are up to date, and every run on them reached a defined end', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['commands/run.mjs', 'docs', '--check'])
    expect(stdout).toMatch(/pages are up to date/)
  }, 300_000)
})

describe('the page of one ticket', () => {
  it('has the shape of another run on a whole stack', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      'commands/run.mjs',
      'demo',
      '--one-ticket',
      '--check',
    ])
    expect(stdout).toMatch(/has the shape of this run/)
  }, 120_000)
})
