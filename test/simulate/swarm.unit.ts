import { describe, expect, it } from 'vitest'
import { Draws } from '../../proof/simulate/draws.ts'
import { drawSwarm } from '../../proof/simulate/swarm.ts'
import { seed } from '../fixtures/sample.ts'

describe('a swarm', () => {
  it('decides one thing by each number that it draws', () => {
    for (let number = seed; number < seed + 1_000; number++) {
      const draws = new CountedDraws(number)
      drawSwarm(draws)
      expect(draws.drawnAgain).toEqual([])
    }
  })
})

/** Notes the numbers that are drawn more than once. */
class CountedDraws extends Draws {
  readonly drawnAgain: string[] = []
  readonly #drawn = new Set<string>()

  override number(index = 0, what = 0): number {
    const name = `${index}, ${what}`
    if (this.#drawn.has(name)) this.drawnAgain.push(name)
    this.#drawn.add(name)
    return super.number(index, what)
  }
}
