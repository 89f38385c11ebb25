import { describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../domain/event.ts'
import { type Consumer, Poison } from '../../functions/consume/consumer.ts'
import { take } from '../../functions/consume/take.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { receiptOf } from '../../tables/receipts.ts'
import { CountingObserver, committed, event, SeededWorld } from './fixtures.ts'

/** Two tickets of three events, the second event of each being poison to the consumer as long as `isIll`. */
async function blocked() {
  const store = new MemoryStore()
  const world = new SeededWorld()
  const observer = new CountingObserver()
  const consuming = { store, world, observer }
  const applied: string[] = []
  const state = { isIll: true }
  const consumer: Consumer = {
    name: 'views',
    async effectOf({ aggregate, seq }: DomainEvent) {
      if (state.isIll && seq === 2) throw new Poison('can not be applied')
      applied.push(`${aggregate.id}:${seq}`)
      return []
    },
  }
  for (const id of ['t1', 't2']) {
    const events = [1, 2, 3].map((seq) => event(id, seq))
    await committed(store, ...events)
    for (const each of events)
      await take(consuming, consumer, { ...each, event: () => each }, { untilMs: world.now() + 10_000 }).catch(() => {})
  }
  const receipts = async () => (await store.scan({ table: 'Receipts' })).rows.map(receiptOf)
  const reconcile = (untilMs = world.now() + 10_000) => reconcileConsumers(consuming, [consumer], untilMs)
  return { store, world, observer, consumer, consuming, applied, state, receipts, reconcile }
}

describe('an aggregate that is blocked in a consumer', () => {
  it('catches up in order, each event once, as soon as it can, without a message', async () => {
    const { applied, state, receipts, reconcile } = await blocked()
    expect(applied).toEqual(['t1:1', 't2:1'])
    state.isIll = false
    expect(await reconcile()).toEqual({ blocked: 2, freed: 2, complete: true })
    expect(applied).toEqual(['t1:1', 't2:1', 't1:2', 't1:3', 't2:2', 't2:3'])
    expect((await receipts()).map(({ appliedSeq, blockedAt }) => [appliedSeq, blockedAt])).toEqual([
      [3, undefined],
      [3, undefined],
    ])
    expect(await reconcile()).toEqual({ blocked: 0, freed: 0, complete: true })
  })

  it('stays blocked while it has to, and keeps no other from catching up', async () => {
    const { consumer, consuming, receipts, world, state } = await blocked()
    const illOnce: Consumer = {
      ...consumer,
      async effectOf(each) {
        state.isIll = each.aggregate.id === 't1'
        return consumer.effectOf(each)
      },
    }
    const outcome = await reconcileConsumers(consuming, [illOnce], world.now() + 10_000)
    expect(outcome).toEqual({ blocked: 2, freed: 1, complete: true })
    expect((await receipts()).map(({ blockedAt }) => blockedAt)).toEqual([2, undefined])
  })

  it('is left for the next time when the time is up, or its consumer is not known', async () => {
    const { consuming, world, reconcile, observer } = await blocked()
    expect(await reconcile(world.now())).toMatchObject({ freed: 0, complete: false })
    const unknown = await reconcileConsumers(consuming, [], world.now() + 10_000)
    expect(unknown).toEqual({ blocked: 2, freed: 0, complete: true })
    expect(observer.errors).toContain('a consumer that is not known here left an aggregate blocked')
  })
})
