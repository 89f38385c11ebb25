import { describe, expect, it } from 'vitest'
import { integerBetween, pick, randomFrom } from '../../proof/random.ts'

const seeds = Array.from({ length: 1_000 }, (_, index) => index)

describe('a seeded random source', () => {
  it('repeats its sequence for the same seed, on every machine and version', () => {
    const random = randomFrom(7)
    expect([random(), random(), random()]).toEqual([0.883730639142549, 0.9148029268847597, 0.0581903949846726])
  })

  it('is uniform in its very first draw over consecutive small seeds', () => {
    const tenths = Map.groupBy(seeds, (seed) => Math.floor(randomFrom(seed)() * 10))
    expect([...tenths.keys()].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    for (const { length } of tenths.values()) expect(Math.abs(length - 100)).toBeLessThan(50)
  })

  it('draws integers from both ends of a range and nothing outside it', () => {
    const random = randomFrom(1)
    expect(new Set(seeds.map(() => integerBetween(random, -1, 2)))).toEqual(new Set([-1, 0, 1, 2]))
  })

  it('picks every item, and refuses an empty list', () => {
    const random = randomFrom(1)
    expect(new Set(seeds.map(() => pick(random, ['a', 'b', 'c'])))).toEqual(new Set(['a', 'b', 'c']))
    expect(() => pick(random, [])).toThrow(RangeError)
  })
})
