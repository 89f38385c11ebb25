import type { RatioRow } from './measure-writes.ts'
import type { Kind } from './time-requests.ts'

/** What the write path should be, beside Powertools. */
export interface Goal {
  kind: Kind
  figure: 'p50' | 'throughput'
  /** A latency may be at most, a throughput must be at least so many times Powertools'. */
  limit: number
}

export const goals: readonly Goal[] = [
  { kind: 'first', figure: 'p50', limit: 0.6 },
  { kind: 'first', figure: 'throughput', limit: 1.6 },
  { kind: 'duplicate', figure: 'p50', limit: 0.9 },
  { kind: 'duplicate', figure: 'throughput', limit: 1.2 },
]

/** Latency beside ever more stored rows, as a part of that on the first size. */
export const growthMax = 1.1

/** A goal with the medians at each number of clients; it is met when each of them meets it. */
export interface JudgedGoal extends Goal {
  medians: number[]
  isMet: boolean
}

export function judge(ratios: readonly RatioRow[]): JudgedGoal[] {
  return goals.map((goal) => {
    const rows = ratios.filter(({ kind, other }) => kind === goal.kind && other === 'powertools')
    const medians = rows.map((row) => row[goal.figure].median)
    const meets = (median: number) => (goal.figure === 'p50' ? median <= goal.limit : median >= goal.limit)
    return { ...goal, medians, isMet: medians.length > 0 && medians.every(meets) }
  })
}
