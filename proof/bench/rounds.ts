/** A figure of several rounds: the median, and the quarters between which half of the rounds are. */
export interface Spread {
  median: number
  low: number
  high: number
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: percentile(50, values), low: percentile(25, values), high: percentile(75, values) }
}

/** The value that `percent` of the values do not exceed. Throws `RangeError` when there is none. */
export function percentile(percent: number, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const found = sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)]
  if (found === undefined) throw new RangeError('there is no percentile of nothing')
  return found
}

/** The items, in each round beginning with another one, so that none always comes first. */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const first = round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}
