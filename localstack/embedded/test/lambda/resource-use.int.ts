import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EnvironmentUse } from '../../lambda/environment.ts'
import { type LambdaFixture, lambdaFixture } from './lambda-fixture.ts'

let fixture: LambdaFixture
beforeEach(() => {
  fixture = lambdaFixture()
})
afterEach(() => fixture.remove())

const megabyte = 1_048_576
const handler = `exports.handler = async ({ megabytes = 0, spinMs = 0, exit }) => {
  if (exit) process.exit(3)
  const held = Buffer.alloc(megabytes * ${megabyte}, 1)
  for (const from = process.cpuUsage(); (process.cpuUsage(from).user + process.cpuUsage(from).system) / 1000 < spinMs; );
  return held.length
}`

// Only Linux tells a process's own peak of memory.
describe.runIf(process.platform === 'linux')('what a function uses, measured in a process of its own', () => {
  it('is told for its start and for each invocation: its CPU time, and the peak of its memory so far', async () => {
    const uses: (EnvironmentUse & { name: string })[] = []
    const pool = fixture.start({ onUse: (name, use) => uses.push({ name, ...use }) })
    pool.deploy(fixture.bundle(handler))
    expect(await pool.invoke('greet', {})).toEqual({ status: 'succeeded', payload: 0 })
    await pool.invoke('greet', { megabytes: 100, spinMs: 50 })
    await pool.invoke('greet', {})
    expect(uses.map(({ name, phase }) => [name, phase])).toEqual([
      ['greet', 'init'],
      ['greet', 'invocation'],
      ['greet', 'invocation'],
      ['greet', 'invocation'],
    ])
    expect(new Set(uses.map(({ environment }) => environment)).size).toBe(1)
    const [init, first, large, last] = uses
    if (!init || !first || !large || !last) throw new Error('an invocation was not told')
    expect(init.peakBytes).toBeGreaterThan(10 * megabyte)
    expect(large.peakBytes).toBeGreaterThan(first.peakBytes + 90 * megabyte)
    expect(last.peakBytes).toBeGreaterThanOrEqual(large.peakBytes)
    expect(init.cpuMs).toBeGreaterThan(0)
    expect(large.cpuMs).toBeGreaterThanOrEqual(50)
    expect(first.cpuMs).toBeLessThan(large.cpuMs)
  })

  it('fails like a thread when it exits, and the next invocation gets a new process', async () => {
    const environments = new Set<string>()
    const pool = fixture.start({ onUse: (_, { environment }) => environments.add(environment) })
    pool.deploy(fixture.bundle(handler))
    expect(await pool.invoke('greet', { exit: true })).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: 'Runtime exited with error: exit status 3',
    })
    expect(await pool.invoke('greet', {})).toEqual({ status: 'succeeded', payload: 0 })
    expect(environments.size).toBe(2)
  })
})
