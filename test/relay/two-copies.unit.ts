import { beforeEach, describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../domain/event.ts'
import { integerBetween, randomFrom } from '../../proof/random.ts'
import type { Store } from '../../tables/store.ts'
import { ConsumerHarness } from './consumer-harness.ts'
import { FaultyStore } from './faults.ts'

let harness: ConsumerHarness

beforeEach(() => {
  harness = new ConsumerHarness()
})

describe('two concurrent copies of a consumer', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('apply each event once (schedule %i)', async (seed) => {
    const events = await harness.appendEvents(6)
    const random = randomFrom(seed)
    const pause = async () => {
      for (let ticks = integerBetween(random, 0, 5); ticks > 0; ticks--) await Promise.resolve()
    }
    const copies = [events, events.toReversed(), events.slice(3)].map((batch) =>
      harness.deliver(batch, { on: new FaultyStore(harness.store, () => 'none', pause) }),
    )
    expect(await Promise.all(copies)).toEqual([[], [], []])
    expect(await harness.applied()).toEqual([1, 2, 3, 4, 5, 6])
    expect(harness.observer.counts.ConsumerWritesRepeated).toBeGreaterThan(0)
  })

  /** A store whose `nth` write waits until `release()`. */
  function storeStoppedAtWrite(nth: number) {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let writes = 0
    const on = new (class extends FaultyStore {
      override async transactWrite(...args: Parameters<Store['transactWrite']>) {
        if (++writes === nth) {
          reached.resolve()
          await released.promise
        }
        return super.transactWrite(...args)
      }
    })(harness.store, () => 'none')
    return { on, reached: reached.promise, release: () => released.resolve() }
  }

  async function blockedAtFirst(count: number): Promise<DomainEvent[]> {
    const events = await harness.appendEvents(count)
    harness.poison.add(1)
    await harness.deliver(events.slice(0, 1))
    return events
  }

  it('do not lose an event that one acknowledges unapplied while the other unblocks', async () => {
    const events = await blockedAtFirst(3)
    harness.poison.clear()
    const late = storeStoppedAtWrite(1)
    const holding = harness.deliver(events.slice(2), { on: late.on })
    await late.reached
    expect(await harness.deliver(events.slice(0, 1), { receiveCount: 2 })).toEqual([])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 1 })
    late.release()
    expect(await holding).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3])
  })

  it('do not lose an event that one acknowledges unapplied just before the other unblocks', async () => {
    const events = await blockedAtFirst(3)
    await harness.deliver(events.slice(1, 2))
    harness.poison.clear()
    const unblocking = storeStoppedAtWrite(2)
    const freed = harness.deliver(events.slice(0, 1), { on: unblocking.on })
    await unblocking.reached
    expect(await harness.deliver(events.slice(2))).toEqual([])
    unblocking.release()
    expect(await freed).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 3 })
  })

  it('do not lose an event that one acknowledges unapplied while the other, which saw no block, applies its own', async () => {
    const events = await harness.appendEvents(3)
    await harness.deliver(events.slice(0, 1))
    const passing = storeStoppedAtWrite(1)
    const passed = harness.deliver(events.slice(1, 2), { on: passing.on })
    await passing.reached
    harness.poison.add(2)
    expect(await harness.deliver(events.slice(2))).toEqual([])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 3 })
    harness.poison.clear()
    passing.release()
    expect(await passed).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3])
  })

  it('do not apply again what the other has applied up to the next poison event', async () => {
    const events = await blockedAtFirst(4)
    await harness.deliver(events.slice(1))
    harness.poison.delete(1)
    const late = storeStoppedAtWrite(1)
    const catchingUp = harness.deliver(events.slice(0, 1), { on: late.on })
    await late.reached
    harness.poison.add(3)
    expect(await harness.deliver(events.slice(0, 1), { receiveCount: 2 })).toEqual([1])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 2, blockedAt: 3, highestSeen: 4 })
    late.release()
    expect(await catchingUp).toEqual([1])
    expect(await harness.applied()).toEqual([1, 2])
  })

  it('record the higher of two events that they acknowledge unapplied', async () => {
    const events = await blockedAtFirst(3)
    const earlier = storeStoppedAtWrite(1)
    const holding = harness.deliver(events.slice(1, 2), { on: earlier.on })
    await earlier.reached
    expect(await harness.deliver(events.slice(2))).toEqual([])
    earlier.release()
    expect(await holding).toEqual([])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 0, blockedAt: 1, highestSeen: 3 })
  })
})
