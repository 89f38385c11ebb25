import { describe, expect, it } from 'vitest'
import { consumeUnordered } from '../../app/consume/consume-unordered.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { ConsumerHarness } from './consumer-harness.ts'
import { CountingObserver, event, sqsRecord } from './fixtures.ts'

describe('a message with much to do, in a batch with others', () => {
  it('keeps no other message from being applied, makes progress at each delivery, and is applied in the end', async () => {
    const harness = new ConsumerHarness()
    const missed = await harness.appendEvents(2_000, 'heavy')
    const mates = await Promise.all(Array.from({ length: 9 }, (_, index) => harness.appendEvents(1, `t${index}`)))
    const slow = interceptStore(harness.store, (_, proceed) => {
      harness.runtime.advance(4)
      return proceed()
    })
    const batch = [missed.at(-1), ...mates.flat()]
    expect(await harness.deliver(batch, { on: slow })).toEqual([2_000])
    for (const [mate] of mates) expect(await harness.applied(mate?.aggregate.id)).toEqual([1])
    const applied = [(await harness.applied('heavy')).length]
    expect(await harness.deliver(batch.slice(0, 1), { on: slow, receiveCount: 2 })).toEqual([2_000])
    applied.push((await harness.applied('heavy')).length)
    // Alone it has ten times the time that it had in a batch of ten.
    expect(applied[0]).toBeGreaterThan(0)
    expect(applied[1]).toBeGreaterThan(5 * (applied[0] ?? 0))
    expect(await harness.deliver(batch.slice(0, 1), { receiveCount: 3 })).toEqual([])
    expect((await harness.applied('heavy')).length).toBe(2_000)
  })

  it('is left to the reconciler, and becomes no dead letter, when its deliveries come to an end before it does', async () => {
    const harness = new ConsumerHarness()
    const missed = await harness.appendEvents(3_000, 'heavy')
    const slow = interceptStore(harness.store, (_, proceed) => {
      harness.runtime.advance(10)
      return proceed()
    })
    const last = missed.slice(-1)
    for (const receiveCount of [1, 2]) expect(await harness.deliver(last, { on: slow, receiveCount })).toEqual([3_000])
    expect(await harness.deliver(last, { on: slow, receiveCount: 3 })).toEqual([])
    const { appliedSeq, blockedAt, highestSeen } = (await harness.checkpoint('heavy')) ?? {}
    expect([blockedAt, highestSeen]).toEqual([Number(appliedSeq) + 1, 3_000])
    expect(harness.observer.counts).toMatchObject({ AggregatesBlocked: 1, MessagesUnfinished: 1 })
  })
})

describe('a batch that needs no order', () => {
  async function handled(records: ReturnType<typeof sqsRecord>[], costMs = 0) {
    const runtime = new ManualRuntime()
    const [handledIds, deadlines]: [string[], number[]] = [[], []]
    let [running, runningMax] = [0, 0]
    const work = async ({ id }: DomainEvent, deadlineMs: number) => {
      deadlines.push(deadlineMs - runtime.now())
      runningMax = Math.max(runningMax, ++running)
      await Promise.resolve()
      runtime.advance(costMs)
      handledIds.push(id)
      running--
    }
    const deps = { runtime, observer: new CountingObserver() }
    const { batchItemFailures } = await consumeUnordered(deps, { Records: records }, runtime.now() + 8_000, work)
    return { handledIds, deadlines, runningMax, failed: batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) }
  }

  const record = (id: string, receiveCount: number) => sqsRecord(id, event(id, 1), receiveCount)

  it('is handled at once when it is received for the first time, and one by one from the second receive on', async () => {
    const fresh = ['a', 'b', 'c'].map((id) => record(id, 1))
    expect((await handled(fresh)).runningMax).toBe(3)
    const again = ['a', 'b', 'c'].map((id) => record(id, 2))
    expect((await handled(again)).runningMax).toBe(1)
  })

  it('has its redelivered messages after the new ones, each with an equal share of the time that is left', async () => {
    const { handledIds, deadlines } = await handled([record('old-1', 3), record('old-2', 2), record('new', 1)], 1_000)
    expect(handledIds[0]).toContain('new')
    expect(deadlines.map(Math.round)).toEqual([2_667, 3_500, 6_000])
  })

  it('returns the messages for which no time was left, so that they come again', async () => {
    const records = ['a', 'b', 'c', 'd'].map((id) => record(id, 2))
    const { handledIds, failed } = await handled(records, 4_000)
    expect(handledIds.length).toBe(2)
    expect(failed).toEqual(['c', 'd'])
  })
})
