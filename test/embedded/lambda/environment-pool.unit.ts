import { describe, expect, it } from 'vitest'
import type { FunctionVersion } from '../../../localstack/embedded/lambda/deployment.ts'
import type { Environment } from '../../../localstack/embedded/lambda/environment.ts'
import { createEnvironmentPool } from '../../../localstack/embedded/lambda/environment-pool.ts'

/** A pool of environments that do nothing, and a record of what happened to them. */
function bench({ environmentsMax = 4, environmentsPerVersionMax = 2 } = {}) {
  const events: string[] = []
  let alive = 0
  let mostAlive = 0
  const pool = createEnvironmentPool({
    environmentsMax,
    environmentsPerVersionMax,
    start({ name }): Environment {
      const ended = Promise.withResolvers<void>()
      let isUsable = true
      events.push(`start ${name}`)
      mostAlive = Math.max(mostAlive, ++alive)
      return {
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
  return { pool, events, job, mostAlive: () => mostAlive }
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
  it('uses an idle environment before it starts another', async () => {
    const { job, events } = bench()
    await job(a).finish()
    await job(a).finish()
    expect(events).toEqual(['start a', 'run a', 'run a'])
  })

  it('starts no more for one function than agreed, and the rest wait their turn', async () => {
    const { job, events } = bench()
    const [first, second, third] = [job(a, '1'), job(a, '2'), job(a, '3')]
    await settled()
    expect(events).toEqual(['start a', 'start a', 'run 1', 'run 2'])
    await second.finish()
    expect(events.at(-1)).toBe('run 3')
    await Promise.all([first.finish(), third.finish()])
  })

  it('never has more environments than it may, and makes room by ending the one that was idle longest', async () => {
    const { job, events, mostAlive } = bench({ environmentsMax: 2 })
    await job(a).finish()
    await job(b).finish()
    const third = job(c)
    await settled()
    expect(events).toEqual(['start a', 'run a', 'start b', 'run b', 'end a', 'start c', 'run c'])
    expect(mostAlive()).toBe(2)
    await third.finish()
  })

  it('ends one environment for one asker, however often it looks', async () => {
    const { job, events } = bench({ environmentsMax: 3, environmentsPerVersionMax: 1 })
    await job(a).finish()
    await job(b).finish()
    const jobs = [job(c), job(version('d')), job(c), job(c)]
    await settled()
    expect(events.filter((event) => event.startsWith('end'))).toEqual(['end a'])
    for (const one of jobs) await one.finish()
  })

  it('serves askers in the order they came when all places are taken, so that a busy function starves no other', async () => {
    const { job, events } = bench({ environmentsMax: 1 })
    const first = job(a, 'a1')
    const others = [job(a, 'a2'), job(b, 'b1'), job(a, 'a3')]
    await settled()
    await first.finish()
    for (const other of others) await other.finish()
    expect(events.filter((event) => event.startsWith('run'))).toEqual(['run a1', 'run a2', 'run b1', 'run a3'])
  })

  it('lets a function that has room pass one that waits for its own limit', async () => {
    const { job, events } = bench({ environmentsPerVersionMax: 1 })
    const jobs = [job(a, 'a1'), job(a, 'a2'), job(b, 'b1')]
    await settled()
    expect(events).toContain('run b1')
    expect(events).not.toContain('run a2')
    for (const one of jobs) await one.finish()
  })

  it('gives no one an environment that is about to end', async () => {
    const { pool, job, events } = bench()
    const running = job(a, 'a1')
    await settled()
    pool.crash('a')
    const next = job(a, 'a2')
    await settled()
    expect(events).toEqual(['start a', 'run a1', 'start a', 'end a', 'run a2'])
    await Promise.all([running.finish(), next.finish()])
  })

  it('lets what runs in a retired environment end first', async () => {
    const { pool, job, events } = bench()
    const running = job(a)
    await settled()
    pool.retire((other) => other === a)
    await settled()
    expect(events).not.toContain('end a')
    await running.finish()
    expect(events).toContain('end a')
  })

  it('refuses those who wait when it stops', async () => {
    const { pool, job } = bench({ environmentsMax: 1 })
    const running = job(a)
    const waiting = job(b)
    const refused = expect(waiting.done).rejects.toMatchObject({ code: 'ServiceException' })
    await pool.stop()
    await refused
    await running.finish()
    await expect(job(c).done).rejects.toMatchObject({ code: 'ServiceException' })
  })
})
