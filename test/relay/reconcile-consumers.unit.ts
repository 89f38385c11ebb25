import { describe, expect, it } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { confirmEvents, confirmedAfterMs } from '../../functions/reconcile-consumers/confirm-events.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { parseCheckpoint } from '../../tables/checkpoints.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { putUnconfirmed } from '../../tables/unconfirmed.ts'
import { CountingObserver, committed, event, eventBatch } from './fixtures.ts'

/** Two tickets of three events each. The second event is poison while `state.isBroken`. */
async function twoBlockedTickets() {
  const store = new MemoryStore()
  const runtime = new ManualRuntime()
  const warnings: string[] = []
  const warn = (message: string, { cause }: { cause?: Error } = {}) => {
    const reasons = [message, cause?.message, (cause?.cause as Error | undefined)?.message]
    warnings.push(reasons.filter((reason) => reason !== undefined).join(': '))
  }
  const observer = Object.assign(new CountingObserver(), { warn })
  const deps = { store, runtime, observer }
  const applied: string[] = []
  const state = { isBroken: true }
  const consumer: Consumer = {
    name: 'views',
    async handle({ aggregate, seq }: DomainEvent) {
      if (state.isBroken && seq === 2) throw new PoisonEventError('cannot be applied')
      applied.push(`${aggregate.id}:${seq}`)
      return []
    },
  }
  for (const id of ['t1', 't2']) {
    const events = [1, 2, 3].map((seq) => event(id, seq))
    await committed(store, ...events)
    await consumeBatch(deps, consumer, eventBatch(events), runtime.now() + 10_000)
  }
  const checkpoints = async () => (await store.scan({ table: 'Receipts' })).rows.map(parseCheckpoint)
  const reconcile = (deadlineMs = runtime.now() + 10_000) => reconcileConsumers(deps, [consumer], deadlineMs)
  return { store, runtime, observer, warnings, consumer, deps, applied, state, checkpoints, reconcile }
}

describe('an aggregate that is blocked in a consumer', () => {
  it('catches up in order, each event once, without a message', async () => {
    const { applied, state, checkpoints, reconcile } = await twoBlockedTickets()
    expect(applied).toEqual(['t1:1', 't2:1'])
    state.isBroken = false
    expect(await reconcile()).toEqual({ blocked: 2, freed: 2, complete: true })
    expect(applied).toEqual(['t1:1', 't2:1', 't1:2', 't1:3', 't2:2', 't2:3'])
    expect((await checkpoints()).map(({ appliedSeq, blockedAt }) => [appliedSeq, blockedAt])).toEqual([
      [3, undefined],
      [3, undefined],
    ])
    expect(await reconcile()).toEqual({ blocked: 0, freed: 0, complete: true })
  })

  it('is counted for an alarm and logged with its cause in each round, whether a message of it is left or not', async () => {
    const { observer, warnings, reconcile } = await twoBlockedTickets()
    await reconcile()
    expect(observer.counts.AggregatesStillBlocked).toBe(2)
    expect(warnings).toContain("aggregate could not catch up: event 2 can't be applied: cannot be applied")
  })

  it('by a lost event that is poison, which has no dead letter, is counted from the next round on', async () => {
    const { store, runtime, observer, consumer, deps, reconcile } = await twoBlockedTickets()
    const lost = [1, 2].map((seq) => event('t3', seq))
    await committed(store, ...lost)
    for (const each of lost) await store.write(putUnconfirmed(each, new Date(runtime.now()).toISOString()))
    runtime.advance(confirmedAfterMs)
    const digests = new MemoryObjectStore(runtime.now)
    await confirmEvents({ ...deps, digests }, [consumer], async () => {}, runtime.now() + 10_000)
    expect((await store.scan({ table: 'Unconfirmed' })).rows).toEqual([])
    expect(await reconcile()).toEqual({ blocked: 3, freed: 0, complete: true })
    expect(observer.counts.AggregatesStillBlocked).toBe(3)
  })

  it('does not keep others from catching up while it stays blocked', async () => {
    const { consumer, deps, checkpoints, runtime, state } = await twoBlockedTickets()
    const brokenForT1: Consumer = {
      ...consumer,
      async handle(received, options) {
        state.isBroken = received.aggregate.id === 't1'
        return consumer.handle(received, options)
      },
    }
    const outcome = await reconcileConsumers(deps, [brokenForT1], runtime.now() + 10_000)
    expect(outcome).toEqual({ blocked: 2, freed: 1, complete: true })
    expect((await checkpoints()).map(({ blockedAt }) => blockedAt)).toEqual([2, undefined])
  })

  it('with so much to do that it takes all the time it gets, leaves time to the others of the round', async () => {
    const { consumer, deps, checkpoints, runtime, state } = await twoBlockedTickets()
    state.isBroken = false
    const greedy: Consumer = {
      ...consumer,
      async handle(received, options) {
        if (received.aggregate.id === 't2') return consumer.handle(received, options)
        runtime.advance(options.deadlineMs - runtime.now())
        throw new Error('the deadline has passed')
      },
    }
    const outcome = await reconcileConsumers(deps, [greedy], runtime.now() + 10_000)
    expect(outcome).toEqual({ blocked: 2, freed: 1, complete: true })
    expect((await checkpoints()).map(({ blockedAt }) => blockedAt)).toEqual([2, undefined])
  })

  it('is left for the next run at the deadline, and reported when its consumer is unknown', async () => {
    const { deps, runtime, reconcile, observer } = await twoBlockedTickets()
    expect(await reconcile(runtime.now())).toMatchObject({ freed: 0, complete: false })
    const unknown = await reconcileConsumers(deps, [], runtime.now() + 10_000)
    expect(unknown).toEqual({ blocked: 2, freed: 0, complete: true })
    expect(observer.errors).toContain(
      'aggregate is blocked in an unknown consumer: remove its checkpoint or deploy the consumer',
    )
  })
})
