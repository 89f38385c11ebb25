import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FunctionVersion } from '../../lambda/deployment.ts'
import type { Environment } from '../../lambda/environment.ts'
import { EnvironmentPool } from '../../lambda/environment-pool.ts'

/** A pool of environments that do nothing, and a record of what happened to them. */
function fixture({
  environmentsMax = 4,
  environmentsPerVersionMax = 2,
  scaleAfterMs = 0,
  surplusIdleMs = 60_000,
} = {}) {
  const events: string[] = []
  let alive = 0
  let started = 0
  let mostAlive = 0
  let nowMs = 0
  const pool = new EnvironmentPool({
    environmentsMax,
    environmentsPerVersionMax: () => environmentsPerVersionMax,
    overdueAfterMs: 500,
    scaleAfterMs,
    surplusIdleMs,
    nowMs: () => nowMs,
    start({ name }): Environment {
      const ended = Promise.withResolvers<void>()
      let isUsable = true
      events.push(`start ${name}`)
      mostAlive = Math.max(mostAlive, ++alive)
      return {
        id: `${name} ${++started}`,
        get isUsable() {
          return isUsable
        },
        ended: ended.promise,
        invoke: () => Promise.reject(new Error('not used here')),
        async stop() {
          if (!isUsable) return ended.promise
          isUsable = false
          await Promise.resolve()
          alive--
          events.push(`end ${name}`)
          ended.resolve()
        },
      }
    },
  })
  /** Starts a job that runs until the returned function is called. */
  function job(version: FunctionVersion, label: string = version.name) {
    const until = Promise.withResolvers<void>()
    const done = pool.run(version, async () => {
      events.push(`run ${label}`)
      await until.promise
    })
    return {
      async finish() {
        until.resolve()
        await done
        await settled()
      },
      done,
    }
  }
  const pass = (milliseconds: number) => {
    nowMs += milliseconds
  }
  return { pool, events, job, pass, mostAlive: () => mostAlive }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

const version = (name: string): FunctionVersion => ({
  name,
  version: '$LATEST',
  codeHash: 'hash',
  handler: 'index.handler',
  environment: {},
  timeoutSeconds: 1,
  memoryMb: 128,
  roleName: 'role',
})
const a = version('a')
const b = version('b')
const c = version('c')

describe('a pool of environments', () => {
  afterEach(() => void vi.useRealTimers())

  it('uses an idle environment before it starts another', async () => {
    const { job, events } = fixture()
    await job(a).finish()
    await job(a).finish()
    expect(events).toEqual(['start a', 'run a', 'run a'])
  })

  it('starts another one only for a caller that has waited for a warm one', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const { job, events, pass } = fixture({ scaleAfterMs: 20 })
    const [first, second] = [job(a, '1'), job(a, '2')]
    await settled()
    vi.advanceTimersByTime(19)
    await settled()
    expect(events).toEqual(['start a', 'run 1'])
    // Timers count whole milliseconds, so one may go off a little before its time.
    pass(19.6)
    vi.advanceTimersByTime(1)
    await settled()
    expect(events).toEqual(['start a', 'run 1', 'start a', 'run 2'])
    await Promise.all([first.finish(), second.finish()])
  })

  it('keeps one environment of a function after a burst, and ends the others when idle', async () => {
    const { job, events, pass } = fixture({ surplusIdleMs: 5 })
    const jobs = [job(a), job(a), job(b)]
    await settled()
    for (const one of jobs) await one.finish()
    pass(5)
    await expect.poll(() => events.filter((event) => event.startsWith('end'))).toEqual(['end a'])
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(events.filter((event) => event.startsWith('end'))).toEqual(['end a'])
  })

  it('never exceeds the limit of a function, and queues the remaining callers', async () => {
    const { job, events } = fixture()
    const [first, second, third] = [job(a, '1'), job(a, '2'), job(a, '3')]
    await settled()
    expect(events).toEqual(['start a', 'start a', 'run 1', 'run 2'])
    await second.finish()
    expect(events.at(-1)).toBe('run 3')
    await Promise.all([first.finish(), third.finish()])
  })

  it('never exceeds its total limit, and makes room by ending the environment idle longest', async () => {
    const { job, events, mostAlive } = fixture({ environmentsMax: 2 })
    await job(a).finish()
    await job(b).finish()
    const third = job(c)
    await settled()
    expect(events).toEqual(['start a', 'run a', 'start b', 'run b', 'end a', 'start c', 'run c'])
    expect(mostAlive()).toBe(2)
    await third.finish()
  })

  it('ends one environment per waiting caller, however often it looks', async () => {
    const { job, events } = fixture({ environmentsMax: 3, environmentsPerVersionMax: 1 })
    await job(a).finish()
    await job(b).finish()
    const jobs = [job(c), job(version('d')), job(c), job(c)]
    await settled()
    expect(events.filter((event) => event.startsWith('end'))).toEqual(['end a'])
    for (const one of jobs) await one.finish()
  })

  it('ends one environment for several waiting callers of one function', async () => {
    const { job, events } = fixture({ environmentsMax: 2 })
    await job(a).finish()
    await job(b).finish()
    const jobs = [job(c), job(c), job(c)]
    await settled()
    expect(events.filter((event) => event.startsWith('end'))).toEqual(['end a'])
    for (const one of jobs) await one.finish()
  })

  it('serves warm functions first when it is full, but starves no other', async () => {
    const { job, events, pass } = fixture({ environmentsMax: 1 })
    const first = job(a, 'a1')
    const [second, other, third, fourth] = [job(a, 'a2'), job(b, 'b1'), job(a, 'a3'), job(a, 'a4')]
    await settled()
    await first.finish()
    pass(499)
    await second.finish()
    pass(1)
    await third.finish()
    await other.finish()
    await fourth.finish()
    const runs = events.filter((event) => event.startsWith('run'))
    expect(runs).toEqual(['run a1', 'run a2', 'run a3', 'run b1', 'run a4'])
  })

  it('ends no environment of another function only to start a second one', async () => {
    const { job, events } = fixture({ environmentsMax: 2 })
    await job(a).finish()
    const [first, second] = [job(b, 'b1'), job(b, 'b2')]
    await settled()
    expect(events).not.toContain('end a')
    await first.finish()
    expect(events.at(-1)).toBe('run b2')
    await second.finish()
  })

  it("ends a function's second environment before another's only one", async () => {
    const { job, events } = fixture({ environmentsMax: 3 })
    await job(a).finish()
    const [first, second] = [job(b), job(b)]
    await settled()
    await first.finish()
    await second.finish()
    const third = job(c)
    await settled()
    expect(events.filter((event) => event.startsWith('end'))).toEqual(['end b'])
    await third.finish()
  })

  it('gives a freed slot to the caller it was freed for', async () => {
    const { job, events } = fixture({ environmentsMax: 3 })
    const [first, second] = [job(a, 'a1'), job(b, 'b1')]
    await job(c).finish()
    const [more, other] = [job(a, 'a2'), job(version('d'), 'd1')]
    await settled()
    expect(events).toContain('end c')
    expect(events.at(-1)).toBe('run d1')
    for (const one of [first, second, more, other]) await one.finish()
  })

  it("does not let a caller at its function's limit block other functions", async () => {
    const { job, events } = fixture({ environmentsPerVersionMax: 1 })
    const jobs = [job(a, 'a1'), job(a, 'a2'), job(b, 'b1')]
    await settled()
    expect(events).toContain('run b1')
    expect(events).not.toContain('run a2')
    for (const one of jobs) await one.finish()
  })

  it('never hands out an environment that is ending', async () => {
    const { pool, job, events } = fixture()
    const running = job(a, 'a1')
    await settled()
    pool.crash('a')
    const next = job(a, 'a2')
    await settled()
    expect(events).toEqual(['start a', 'run a1', 'start a', 'end a', 'run a2'])
    await Promise.all([running.finish(), next.finish()])
  })

  it('ends only the environment that should crash', async () => {
    const { pool, job, events } = fixture()
    const [first, second] = [job(a, 'a1'), job(a, 'a2')]
    await settled()
    expect(pool.crash('a', 'a 2')).toBe(1)
    await settled()
    expect(events.filter((event) => event === 'end a')).toHaveLength(1)
    expect(pool.crash('a', 'a 2')).toBe(0)
    await Promise.all([first.finish(), second.finish()])
    const next = job(a, 'a3')
    await settled()
    expect(events.filter((event) => event === 'start a')).toHaveLength(2)
    await next.finish()
  })

  it('ends a retired environment only after its invocation has ended', async () => {
    const { pool, job, events } = fixture()
    const running = job(a)
    await settled()
    pool.retire((other) => other === a)
    await settled()
    expect(events).not.toContain('end a')
    await running.finish()
    expect(events).toContain('end a')
  })

  it('rejects waiting callers when it stops', async () => {
    const { pool, job } = fixture({ environmentsMax: 1 })
    const running = job(a)
    const waiting = job(b)
    const refused = expect(waiting.done).rejects.toMatchObject({ code: 'ServiceException' })
    await pool.stop()
    await refused
    await running.finish()
    await expect(job(c).done).rejects.toMatchObject({ code: 'ServiceException' })
  })
})
