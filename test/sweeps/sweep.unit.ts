import { describe, expect, it } from 'vitest'
import { type Sweep, sweep } from '../../app/sweep.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store } from '../../tables/store.ts'
import { type Call, Crash, type Fault, FaultyStore } from '../relay/faults.ts'
import { CountingObserver } from '../relay/fixtures.ts'

const pageSize = 10

/** A sweep over numbered items, each of which takes a second, and what its rounds handled. */
class Swept {
  readonly store: Store
  readonly runtime = new ManualRuntime()
  readonly observer = new CountingObserver()
  items: string[]
  readonly rounds: string[][] = []
  /** Called before each item. */
  onItem: (item: string) => void | Promise<void> = () => {}

  constructor(count: number, store: Store = new MemoryStore()) {
    this.items = Array.from({ length: count }, (_, n) => `item ${String(n).padStart(4, '0')}`)
    this.store = store
  }

  source(batchSize = 1): Sweep<string> {
    const handled: string[] = []
    this.rounds.push(handled)
    return {
      name: 'test',
      batchSize,
      read: async (after) => {
        const following = this.items.filter((item) => after === undefined || item > String(after))
        const items = following.slice(0, pageSize)
        return { items, next: following.length > pageSize ? items.at(-1) : undefined }
      },
      positionOf: (item) => item,
      handle: async (items) => {
        for (const item of items) {
          this.runtime.advance(1_000)
          await this.onItem(item)
          handled.push(item)
        }
      },
    }
  }

  async round({ seconds = Number.POSITIVE_INFINITY, batchSize = 1 } = {}) {
    return sweep(this, this.source(batchSize), this.runtime.now() + seconds * 1_000)
  }

  /** Rounds until every item was handled at least once. */
  async roundsUntilAll(options: { seconds: number; batchSize?: number }, roundsMax: number): Promise<number> {
    for (let round = 1; round <= roundsMax; round++) {
      await this.round(options).catch((error) => {
        if (!(error instanceof Crash)) throw error
      })
      if (new Set(this.rounds.flat()).size === this.items.length) return round
    }
    throw new Error(`${new Set(this.rounds.flat()).size} of ${this.items.length} items after ${roundsMax} rounds`)
  }
}

describe('a sweep whose rounds are short', () => {
  it.each([
    { count: 3_000, seconds: 100, batchSize: 1 },
    { count: 3_000, seconds: 7, batchSize: 1 },
    { count: 1_000, seconds: 25, batchSize: 10 },
    { count: 200, seconds: 1, batchSize: 10 },
  ])('handles each of $count items within a bounded number of rounds', async ({ count, seconds, batchSize }) => {
    const swept = new Swept(count)
    // What is interrupted is repeated, unless it was alone in its round.
    const perRound = Math.max(batchSize, seconds - batchSize)
    expect(await swept.roundsUntilAll({ seconds, batchSize }, count)).toBeLessThanOrEqual(Math.ceil(count / perRound))
  })

  it('counts a round that does not come to the end, and begins again after one that does', async () => {
    const swept = new Swept(25)
    expect(await swept.round({ seconds: 15 })).toEqual({ failed: 0, complete: false })
    expect(swept.observer.counts.RoundsIncomplete).toBe(1)
    expect(await swept.round({ seconds: 15 })).toEqual({ failed: 0, complete: true })
    expect(swept.observer.counts.RoundsIncomplete).toBe(1)
    await swept.round()
    expect(swept.rounds[2]).toEqual(swept.items)
  })

  it('ends at its deadline over pages without items, too, and goes on behind them', async () => {
    const swept = new Swept(0)
    const pages: unknown[] = []
    const source: Sweep<string> = {
      ...swept.source(),
      read: async (after) => {
        swept.runtime.advance(1_000)
        pages.push(after)
        return { items: [], next: pages.length < 25 ? `item ${pages.length}` : undefined }
      },
    }
    const round = () => sweep(swept, source, swept.runtime.now() + 10_000)
    expect(await round()).toEqual({ failed: 0, complete: false })
    expect([pages.length, swept.observer.counts.RoundsIncomplete]).toEqual([10, 1])
    expect([await round(), await round()]).toMatchObject([{ complete: false }, { complete: true }])
    expect(pages).toEqual([undefined, ...Array.from({ length: 24 }, (_, index) => `item ${index + 1}`)])
  })

  it('goes on although the item at its position is gone', async () => {
    const swept = new Swept(25)
    await swept.round({ seconds: 15 })
    swept.items = swept.items.filter((_, n) => n !== 13 && n !== 14 && n !== 15)
    expect(await swept.round()).toMatchObject({ complete: true })
    expect(new Set(swept.rounds.flat())).toEqual(new Set([...swept.rounds.flat(), ...swept.items]))
  })

  it('has passed nothing over when two rounds run at once, whichever keeps the position', async () => {
    for (const secondFrom of [0, 1, 5, 11]) {
      const swept = new Swept(60)
      let second: Promise<unknown> | undefined
      let met = 0
      swept.onItem = async () => {
        if (met++ === secondFrom) second = swept.round({ seconds: 30 })
      }
      await swept.round({ seconds: 20 })
      await second
      await swept.roundsUntilAll({ seconds: 30 }, 3)
    }
  })
})

describe('an item', () => {
  it('that fails is counted, and stops nothing', async () => {
    const swept = new Swept(25)
    swept.onItem = (item) => {
      if (item === 'item 0003') throw new Error('injected')
    }
    expect(await swept.round()).toEqual({ failed: 1, complete: true })
    expect(swept.rounds[0]).toEqual(swept.items.filter((item) => item !== 'item 0003'))
    expect(swept.observer.errors).toHaveLength(1)
  })

  it('that takes longer than a round starves none behind it', async () => {
    const swept = new Swept(30)
    swept.onItem = (item) => {
      if (item === 'item 0003') swept.runtime.advance(1_000_000)
    }
    expect(await swept.roundsUntilAll({ seconds: 100 }, 4)).toBeLessThanOrEqual(3)
  })

  it.each([1, 10])(
    'that ends the process whenever it is met starves none behind it, in batches of %i',
    async (batchSize) => {
      const swept = new Swept(40)
      const deadly = new Set(['item 0003', 'item 0004', 'item 0025'])
      swept.onItem = (item) => {
        if (deadly.has(item)) throw new Crash('out of memory')
      }
      // A crash is not an error that the round could count: it takes the round with it.
      const crashing = async () => {
        const { handle, ...rest } = swept.source(batchSize)
        const crash = Promise.withResolvers<never>()
        crash.promise.catch(() => {})
        const dying = (items: string[], shareMs: number) =>
          handle(items, shareMs).catch((error) => {
            crash.reject(error)
            return new Promise<void>(() => {})
          })
        await Promise.race([sweep(swept, { ...rest, handle: dying }, Number.POSITIVE_INFINITY), crash.promise]).catch(
          () => {},
        )
      }
      for (let round = 0; round < 2 * deadly.size + 1; round++) await crashing()
      expect(new Set(swept.rounds.flat())).toEqual(new Set(swept.items.filter((item) => !deadly.has(item))))
    },
  )
})

describe('a position', () => {
  const writesFail = (fault: Fault) => (call: Call) => (call.method === 'write' ? fault : 'none')

  it.each(['lost-before', 'lost-after'] as const)('whose write is %s costs no item its turn', async (fault) => {
    const store = new MemoryStore()
    for (const failing of [1, 2, 3, 4]) {
      let writes = 0
      const faulty = new FaultyStore(store, (call) =>
        call.method === 'write' && ++writes === failing ? fault : 'none',
      )
      const swept = new Swept(60, faulty)
      expect(await swept.roundsUntilAll({ seconds: 25 }, 5)).toBeLessThanOrEqual(5)
      await new Swept(60, store).round()
    }
  })

  it('that can never be stored leaves a sweep that begins at the beginning, and does not stop it', async () => {
    const swept = new Swept(25, new FaultyStore(new MemoryStore(), writesFail('lost-before')))
    expect(await swept.round()).toEqual({ failed: 0, complete: true })
    expect(swept.rounds[0]).toEqual(swept.items)
  })

  it('that the database refuses by now is given up', async () => {
    const swept = new Swept(25)
    await swept.round({ seconds: 15 })
    const { read, ...rest } = swept.source()
    const refusing = async (after: Parameters<typeof read>[0]) => {
      if (after === 'item 0013') throw Object.assign(new Error('other keys'), { name: 'ValidationException' })
      return read(after)
    }
    expect(await sweep(swept, { ...rest, read: refusing }, Number.POSITIVE_INFINITY)).toMatchObject({ complete: true })
    expect(swept.rounds[1]).toEqual(swept.items)
  })

  it('costs a sweep that finds nothing no write', async () => {
    const swept = new Swept(0, new FaultyStore(new MemoryStore(), writesFail('crash-before')))
    expect(await swept.round()).toEqual({ failed: 0, complete: true })
  })
})
