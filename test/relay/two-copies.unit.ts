import { beforeEach, describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../domain/event.ts'
import { integerBetween, randomFrom } from '../../proof/random.ts'
import type { Store } from '../../tables/store.ts'
import { ConsumerBench } from './consumer-bench.ts'
import { FaultyStore } from './faults.ts'

let bench: ConsumerBench

beforeEach(() => {
  bench = new ConsumerBench()
})

describe('two copies of a consumer at once', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('apply each event once between them (schedule %i)', async (seed) => {
    const events = await bench.logged(6)
    const random = randomFrom(seed)
    const pause = async () => {
      for (let ticks = integerBetween(random, 0, 5); ticks > 0; ticks--) await Promise.resolve()
    }
    const copies = [events, events.toReversed(), events.slice(3)].map((batch) =>
      bench.deliver(batch, { on: new FaultyStore(bench.store, () => 'none', pause) }),
    )
    expect(await Promise.all(copies)).toEqual([[], [], []])
    expect(await bench.applied()).toEqual([1, 2, 3, 4, 5, 6])
    expect(bench.observer.counts.ConsumerWritesRepeated).toBeGreaterThan(0)
  })

  /** A copy that stops before its `nth` write until it is told to go on. */
  function stoppedAtWrite(nth: number) {
    const [reached, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let writes = 0
    const on = new (class extends FaultyStore {
      override async transactWrite(...args: Parameters<Store['transactWrite']>) {
        if (++writes === nth) {
          reached.resolve()
          await told.promise
        }
        return super.transactWrite(...args)
      }
    })(bench.store, () => 'none')
    return { on, reached: reached.promise, goOn: () => told.resolve() }
  }

  async function blockedAtFirst(count: number): Promise<DomainEvent[]> {
    const events = await bench.logged(count)
    bench.poison.add(1)
    await bench.deliver(events.slice(0, 1))
    return events
  }

  it('do not lose an event that one holds back while the other unblocks', async () => {
    const events = await blockedAtFirst(3)
    bench.poison.clear()
    const late = stoppedAtWrite(1)
    const holding = bench.deliver(events.slice(2), { on: late.on })
    await late.reached
    expect(await bench.deliver(events.slice(0, 1), { receiveCount: 2 })).toEqual([])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 1 })
    late.goOn()
    expect(await holding).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3])
  })

  it('do not lose an event that one holds back just before the other unblocks', async () => {
    const events = await blockedAtFirst(3)
    await bench.deliver(events.slice(1, 2))
    bench.poison.clear()
    const unblocking = stoppedAtWrite(2)
    const freed = bench.deliver(events.slice(0, 1), { on: unblocking.on })
    await unblocking.reached
    expect(await bench.deliver(events.slice(2))).toEqual([])
    unblocking.goOn()
    expect(await freed).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 3 })
  })

  it('do not lose an event that one holds back while the other, which knows of no block, gets through', async () => {
    const events = await bench.logged(3)
    await bench.deliver(events.slice(0, 1))
    const passing = stoppedAtWrite(1)
    const passed = bench.deliver(events.slice(1, 2), { on: passing.on })
    await passing.reached
    bench.poison.add(2)
    expect(await bench.deliver(events.slice(2))).toEqual([])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 3 })
    bench.poison.clear()
    passing.goOn()
    expect(await passed).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3])
  })

  it('do not apply again what the other applied on its way to the next poison event', async () => {
    const events = await blockedAtFirst(4)
    await bench.deliver(events.slice(1))
    bench.poison.delete(1)
    const late = stoppedAtWrite(1)
    const catchingUp = bench.deliver(events.slice(0, 1), { on: late.on })
    await late.reached
    bench.poison.add(3)
    expect(await bench.deliver(events.slice(0, 1), { receiveCount: 2 })).toEqual([1])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 2, blockedAt: 3, highestSeen: 4 })
    late.goOn()
    expect(await catchingUp).toEqual([1])
    expect(await bench.applied()).toEqual([1, 2])
  })

  it('keep in mind the later of two events that they hold back', async () => {
    const events = await blockedAtFirst(3)
    const earlier = stoppedAtWrite(1)
    const holding = bench.deliver(events.slice(1, 2), { on: earlier.on })
    await earlier.reached
    expect(await bench.deliver(events.slice(2))).toEqual([])
    earlier.goOn()
    expect(await holding).toEqual([])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 0, blockedAt: 1, highestSeen: 3 })
  })
})
