import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { mersenne } from 'pure-rand/generator/mersenne'

/** Returns the next number, at least 0 and less than 1. */
export type Random = () => number

/**
 * A reproducible source of random numbers: the same seed gives the same sequence. Mersenne Twister, because the first number of
 * pure-rand's faster generators is nearly the same for every small seed.
 */
export function randomFrom(seed: number): Random {
  const generator = mersenne(seed)
  return () => uniformFloat64(generator)
}

/** An integer from `min` to `max`, both included. */
export function integerBetween(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1))
}

/** One of the items. Throws `RangeError` when there are none. */
export function pick<T>(random: Random, items: readonly T[]): T {
  if (items.length === 0) throw new RangeError('cannot pick from an empty list')
  return items[integerBetween(random, 0, items.length - 1)] as T
}
