import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { inheritedEnvironment } from '../fixtures/inherited-environment.ts'

describe('npm run doctor -- --gate prod', () => {
  it('exits 1 with its reasons while something is known to be missing', () => {
    const args = ['commands/run.mjs', 'doctor', '--gate', 'prod', '--json']
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', env: inheritedEnvironment() })
    const { ready, reasons } = JSON.parse(stdout) as { ready: boolean; reasons: string[] }
    expect({ status, ready }).toEqual({ status: 1, ready: false })
    expect(reasons).toContainEqual(expect.stringContaining('known gaps: real AWS'))
  })
})
