import { describe, expect, it } from 'vitest'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { Crash, FaultyStore } from '../relay/faults.ts'
import { copyOf } from './restored-system.ts'
import { restored, testTornTables } from './torn-tables-tests.ts'

/** A sample: `npm run test:long -- restore` has more. */
const seeds = [1, 2]

testTornTables(seeds)

describe('tables that were restored to points of their own', () => {
  it('are broken without the repair', async () => {
    const broken = new Set<number>()
    for (const seed of seeds) {
      const { system, store } = await restored(seed)
      for (const { invariant } of await system.broken(store)) broken.add(invariant.number)
    }
    expect([...broken].toSorted((a, b) => a - b)).toEqual(expect.arrayContaining([5, 6, 15, 22, 29]))
  })

  it('are the same after a repair that was killed at each of its writes and run again, and after two at once', async () => {
    const { system, store, point } = await restored(2)
    const twin = await copyOf(store)
    await system.repair(twin, point)
    let kills = 0
    for (let isKilled = true; isKilled; ) {
      let writes = 0
      const faulty = new FaultyStore(store, ({ method }) =>
        method === 'write' && ++writes > 1 ? 'crash-before' : 'none',
      )
      isKilled = await system.repair(faulty, point).then(
        () => false,
        (error: unknown) => {
          if (!(error instanceof Crash)) throw error
          return true
        },
      )
      if (isKilled) kills++
    }
    await Promise.all([system.repair(store, point), system.repair(store, point)])
    expect(kills).toBeGreaterThan(3)
    expect(await dumpStore(store)).toEqual(await dumpStore(twin))
    const repaired = await system.repair(store, point)
    await system.resume(store, repaired)
    expect(await system.broken(store)).toEqual([])
  })

  it('lose an event only when all that follows from it is written: a repair that is stopped can plan it again', async () => {
    const { system, store, point } = await restored(1)
    let [underWay, removed] = [0, 0]
    const watched = interceptStore(store, async ({ method, args }, proceed) => {
      const { table, kind } = (args[0] ?? {}) as { table?: string; kind?: string }
      if (method !== 'write') return proceed()
      if (table === 'Events' && kind === 'delete') {
        removed++
        expect(underWay).toBe(0)
        return proceed()
      }
      expect(removed).toBe(0)
      underWay++
      return proceed().finally(() => underWay--)
    })
    await system.repair(watched, point)
    expect(removed).toBeGreaterThan(0)
  })

  it.each(['Events', 'RequestKeys'] as const)(
    'are refused by name, and not changed, when %s is from before the truth',
    async (table) => {
      const { system, store, point } = await restored(3, { spread: 0 })
      const newest = (await allRows(store, 'Events')).toSorted((a, b) =>
        String(a.recordedAt) < String(b.recordedAt) ? 1 : -1,
      )
      const event = newest.find(({ requestKeyHash }) => requestKeyHash !== undefined)
      const rows = await allRows(store, table)
      const row =
        table === 'Events' ? event : rows.find(({ aggregate, seq }) => aggregate === event?.pk && seq === event?.seq)
      const { pk, sk } = row as { pk: string; sk?: string }
      await store.write({ kind: 'delete', table, key: { pk, ...(sk !== undefined && { sk }) } })
      const before = await dumpStore(store)
      await expect(system.repair(store, point)).rejects.toThrow(`restore ${table} to a later point than Tickets`)
      expect(await dumpStore(store)).toEqual(before)
    },
  )
})
