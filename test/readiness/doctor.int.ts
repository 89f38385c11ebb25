import { describe, expect, it } from 'vitest'
import { inheritedEnvironment } from '../fixtures/inherited-environment.ts'
import { runCommand } from '../fixtures/run-node.ts'

describe('npm run doctor -- --gate prod', () => {
  it('exits 1 with its reasons while something is known to be missing', async () => {
    const { code, stdout } = await runCommand('doctor', ['--gate', 'prod', '--json'], { env: inheritedEnvironment() })
    const { ready, reasons } = JSON.parse(stdout) as { ready: boolean; reasons: string[] }
    expect({ code, ready }).toEqual({ code: 1, ready: false })
    expect(reasons).toContainEqual(expect.stringContaining('known gaps: real AWS'))
  })
})
