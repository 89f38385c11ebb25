import { describe, expect, it } from 'vitest'
import { Draws } from '../../proof/simulate/draws.ts'
import { chosenPairs, type FaultPair, runExhaustively } from '../../proof/simulate/exhaustive.ts'
import { findUseCase } from '../../proof/simulate/use-cases.ts'
import { seed } from '../fixtures/sample.ts'

const faults = ['crash before', 'crash after', 'answer lost'] as const

/** Every pair of faults at the points a, b and c. */
const pairs: FaultPair[] = [
  ['a', 'b'],
  ['a', 'c'],
  ['b', 'c'],
].flatMap(([first = '', second = '']) =>
  faults.flatMap((fault) =>
    faults.map(
      (other): FaultPair => [
        { point: first, fault },
        { point: second, fault: other },
      ],
    ),
  ),
)
const pointsOf = (chosen: readonly FaultPair[]) => chosen.map((pair) => pair.map(({ point }) => point).join())

describe('the pairs of faults to run', () => {
  it('are one for each pair of points, other faults with another seed, and in time each', () => {
    const seen = new Set<FaultPair>()
    for (let number = 0; number < 200; number++) {
      const chosen = chosenPairs(pairs, 'points', new Draws(seed + number))
      expect(pointsOf(chosen)).toEqual(['a,b', 'a,c', 'b,c'])
      for (const pair of chosen) seen.add(pair)
    }
    expect(seen.size).toBe(pairs.length)
  })

  it('are so many of all, in their order, or all of fewer', () => {
    const some = chosenPairs(pairs, 10, new Draws(seed))
    expect(some).toEqual(pairs.filter((pair) => some.includes(pair)))
    expect(some).toHaveLength(10)
    expect(chosenPairs(pairs, 100, new Draws(seed))).toBe(pairs)
  })
})

describe('a use case under every fault', () => {
  it('is run with a second one, too, at each pair of points of a part', { timeout: 60_000 }, async () => {
    const part = { number: 1, of: 20 }
    const result = await runExhaustively(findUseCase('duplicates'), { pairs: 'points', pairsSeed: seed, part })
    expect(result.failures).toEqual([])
    expect(result.pairs).toBeGreaterThan(result.points)
    expect(result.pairs).toBeLessThan(result.pairsInAll / 2)
  })
})
