import { describe, expect, it } from 'vitest'
import { runNode } from '../fixtures/run-node.ts'

function run(args: string[], nodeVersion?: string) {
  const pretended = `Object.defineProperty(process, 'versions', { value: { node: '${nodeVersion}' } })`
  const flags = nodeVersion ? ['--import', `data:text/javascript,${encodeURIComponent(pretended)}`] : []
  return runNode([...flags, 'commands/run.mjs', ...args])
}

describe('a command', () => {
  it('fails in one line, with what to do, on a Node that is too old', async () => {
    const { code, stderr } = await run(['start'], '20.17.0')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^Steadfast needs Node 24, this is 20\.17\.0: run "npm ci".*\n$/)
  })

  it.each(['start', 'token'])('answers --help: %s', async (name) => {
    const { code, stdout, stderr } = await run([name, '--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('--data')
  })

  it('fails in one line for an unknown option', async () => {
    const { code, stderr } = await run(['start', '--prot', '80'])
    expect(code).toBe(1)
    expect(stderr.trim().split('\n')[0]).toContain("unknown option '--prot'")
  })
})
