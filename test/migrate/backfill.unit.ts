import { beforeEach, describe, expect, it } from 'vitest'
import type { Migration } from '../../app/migrate/migration.ts'
import { priorityScale } from '../../app/migrate/priority-scale.ts'
import { Throttle } from '../../proof/throttle.ts'
import type { Store } from '../../tables/store.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { MigratingSystem } from './migrating-system.ts'

let system: MigratingSystem

beforeEach(async () => {
  system = new MigratingSystem()
  for (const priority of ['low', 'normal', 'high', 'urgent', 'low', 'normal', 'high', 'urgent', 'low', 'normal'])
    await system.open(system.previous, priority)
  await system.until('backfill')
})

/** Does something once, before the nth change of a row or the nth page. */
function interrupted(call: 'scan' | 'write', nth: number, work: () => Promise<unknown>): Store {
  let calls = 0
  return interceptStore(system.memory, async (made, proceed) => {
    const isOne = made.method === 'write' ? made.args[0].kind === 'update' : made.method === 'scan'
    if (made.method === call && isOne && ++calls === nth) await work()
    return proceed()
  })
}

const unfilled = async () => (await system.headers()).filter((row) => !('priorityScale' in row)).length

describe('the backfill of a migration', () => {
  it('gives each row what its events say, with the reason and since which event', async () => {
    const [first = ''] = system.acknowledged.keys()
    await system.correct(system.previous, first, 'urgent')
    expect(await system.move('next')).toMatchObject({ to: 'validate', gate: { checked: 10, unclean: 0 } })
    const row = (await system.headers()).find(({ id }) => id === first)
    expect(row?.priorityScale).toMatchObject({ level: 40, reason: 'corrected', since: { seq: 2 } })
    expect(await system.problems()).toEqual([])
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(
    'killed at write %i goes on where it was, and ends as if it had not been',
    async (nth) => {
      const reached = Promise.withResolvers<'killed'>()
      const killed = interrupted('write', nth, () => {
        reached.resolve('killed')
        return new Promise(() => {})
      })
      const ended = Promise.race([
        system.move('next', { on: killed, concurrency: 1 }).then(() => 'moved'),
        reached.promise,
      ])
      expect(await ended).toBe(nth > 10 ? 'moved' : 'killed')
      if (nth <= 10) {
        expect(await unfilled()).toBe(11 - nth)
        expect(await system.move('next')).toMatchObject({ to: 'validate' })
      }
      expect(await unfilled()).toBe(0)
      expect(await system.problems()).toEqual([])
    },
  )

  it('is halted from another terminal between two chunks, and goes on where it was once it is resumed', async () => {
    let halted = false
    const onWork = async () => {
      if (!halted) await system.halt('halt', 'the database is hot')
      halted = true
    }
    const halting = interrupted('scan', 4, onWork)
    await expect(system.move('next', { on: halting })).rejects.toThrow(/halted by bob at .*: the database is hot/)
    const left = await unfilled()
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(10)
    await expect(system.move('next')).rejects.toThrow('To go on, resume it')
    expect(await unfilled()).toBe(left)
    await system.halt('resume')
    expect(await system.move('next')).toMatchObject({ to: 'validate' })
  })

  it('waits as long as the consumed capacity demands', async () => {
    const throttle = new Throttle(system.runtime, 10)
    throttle.add(10)
    const startedAtMs = system.runtime.now()
    await system.move('next', { throttle })
    expect(system.runtime.now() - startedAtMs).toBeGreaterThanOrEqual(1_000)
  })

  it('changes nothing that is filled already', async () => {
    await system.move('next')
    await system.move('back')
    let writes = 0
    const counting = interceptStore(system.memory, async (call, proceed) => {
      if (call.method === 'write' && call.args[0].kind === 'update') writes++
      return proceed()
    })
    await system.move('next', { on: counting })
    expect(writes).toBe(0)
  })
})

/** Writes what it has read although the ticket was written since. */
const overwriting: Migration = {
  ...priorityScale,
  async fill(store, row) {
    const write = await priorityScale.fill(store, row)
    if (write?.kind !== 'update') return write
    const { when: _, ...unconditional } = write
    return unconditional
  },
}

describe('a command while a row is filled', () => {
  const fillWhile = async (migration: Migration) => {
    const [id = ''] = (await system.headers()).map((row) => String(row.id))
    const racing = interrupted('write', 1, async () => {
      expect(await system.correct(system.current, id, 'urgent')).toBe(200)
      expect(await system.comment(system.current, id)).toBe(201)
    })
    return system.move('next', { on: racing, migration, concurrency: 1 })
  }

  it('wins: the fill reads the row again', async () => {
    expect(await fillWhile(priorityScale)).toMatchObject({ to: 'validate' })
    expect(await system.problems()).toEqual([])
    expect(await system.move('next')).toMatchObject({ to: 'switch-reads' })
  })

  it('is not overwritten unnoticed by a fill without its condition: invariant 3 and the gate find it', async () => {
    // Its second pass would heal the row, so it is stopped behind the first.
    const stop = new AbortController()
    const [id = ''] = (await system.headers()).map((row) => String(row.id))
    const racing = interrupted('write', 1, async () => {
      await system.correct(system.previous, id, 'urgent')
      stop.abort()
    })
    await expect(
      system.move('next', { on: racing, migration: overwriting, concurrency: 1, signal: stop.signal }),
    ).rejects.toThrow('Run the command again')
    expect(await system.problems()).toEqual([
      expect.stringContaining('differs from the fold of its events in "priorityScale"'),
    ])
  })
})
