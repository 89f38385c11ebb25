import { afterAll, describe, expect, it } from 'vitest'
import { allRows } from '../fixtures/dump.ts'
import { RestoredSystem } from './restored-system.ts'

/** A system after random work, and its tables, each restored to a moment of its own. */
export async function restored(seed: number, { spread = 40 } = {}) {
  const system = new RestoredSystem(seed)
  await system.work(12)
  return { system, ...(await system.restore({ spread })) }
}

export function testTornTables(seeds: readonly number[]): void {
  describe('the tables of a system that was lost in the middle of its work', () => {
    let messages = 0
    // What must not be sent twice was sent once.
    afterAll(() => expect(messages).toBeGreaterThan(5 * seeds.length))

    it.each(seeds)(
      'hold every invariant after the repair, whatever the points are, and no message is sent twice (seed %i)',
      async (seed) => {
        const { system, store, point } = await restored(seed)
        const repaired = await system.repair(store, point)
        await system.resume(store, repaired)
        expect((await allRows(store, 'Sagas')).filter(({ livePk }) => livePk !== undefined)).toEqual([])
        expect(await system.broken(store)).toEqual([])
        messages += system.sentIds().length
        expect(system.sentIds()).toEqual([...new Set(system.sentIds())])
      },
    )
  })
}
