import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

function run(args: string[], nodeVersion?: string) {
  const pretended = `Object.defineProperty(process, 'versions', { value: { node: '${nodeVersion}' } })`
  const flags = nodeVersion ? ['--import', `data:text/javascript,${encodeURIComponent(pretended)}`] : []
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, 'commands/run.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

describe('a command', () => {
  it('fails in one line, with what to do, on a Node that is too old', () => {
    const { status, stderr } = run(['start'], '20.17.0')
    expect(status).toBe(1)
    expect(stderr).toMatch(/^Steadfast needs Node 24, this is 20\.17\.0: run "npm ci".*\n$/)
  })

  it.each(['start', 'token'])('answers --help: %s', (name) => {
    const { status, stdout, stderr } = run([name, '--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('--data')
  })

  it('fails in one line for an unknown option', () => {
    const { status, stderr } = run(['start', '--prot', '80'])
    expect(status).toBe(1)
    expect(stderr.trim().split('\n')[0]).toContain("unknown option '--prot'")
  })
})
