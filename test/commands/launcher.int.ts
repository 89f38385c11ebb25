import { describe, expect, it } from 'vitest'
import { runNode } from '../fixtures/run-node.ts'

function run(args: string[], nodeVersion?: string, swallowed: Record<string, string> = {}) {
  const pretended = `Object.defineProperty(process, 'versions', { value: { node: '${nodeVersion}' } })`
  const flags = nodeVersion ? ['--import', `data:text/javascript,${encodeURIComponent(pretended)}`] : []
  return runNode([...flags, 'commands/run.mjs', ...args], { env: { ...process.env, ...swallowed } })
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

  it('hints at options that npm took, because -- was forgotten', async () => {
    const { stderr } = await run(['scenario', 'double-click', 'x'], undefined, { npm_config_mutant: 'true' })
    expect(stderr).toMatch(/^npm took --mutant for itself: put -- before it\nerror: /)
    const ofSubcommand = await run(['restore', 'repair'], undefined, { npm_config_table_set: 'r1' })
    expect(ofSubcommand.stderr).toMatch(/^npm took --table-set for itself: put -- before it\nerror: /)
  })

  it.each([
    ['that it got itself', ['token', '--role=chef'], { npm_config_role: 'agent' }],
    ['of npm', ['start', '--prot'], { npm_config_json: 'true' }],
    ['of another subcommand', ['restore', 'resume'], { npm_config_table_set: 'r1' }],
  ])('hints at no option %s', async (_, args, swallowed) => {
    const { code, stderr } = await run(args, undefined, swallowed)
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^error: /) })
  })
})
