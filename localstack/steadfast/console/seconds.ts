import type { RequestOutcome, Second } from '../../../console/wire.ts'

/** Requests by the second, the newest `kept` of them. */
export interface Seconds {
  add(outcome: RequestOutcome, ms: number): void
  /** Ends the second that is under way. */
  close(at: Date): Second
  /** Those that are kept, the oldest first: always the same list. */
  all(): Second[]
}

export function createSeconds(kept: number): Seconds {
  const closed: Second[] = []
  let counts = none()
  let durations: number[] = []

  return {
    add(outcome, ms) {
      counts[outcome === 'refused' || outcome === 'failed' ? 'errors' : outcome]++
      durations.push(ms)
    },
    close(at) {
      const sorted = durations.toSorted((a, b) => a - b)
      const p50Ms = percentile(sorted, 0.5)
      const p99Ms = percentile(sorted, 0.99)
      const second = {
        at: at.toISOString(),
        ...counts,
        ...(p50Ms !== undefined && { p50Ms }),
        ...(p99Ms !== undefined && { p99Ms }),
      }
      closed.push(second)
      if (closed.length > kept) closed.shift()
      counts = none()
      durations = []
      return second
    },
    all: () => closed,
  }
}

const none = () => ({ committed: 0, replayed: 0, read: 0, errors: 0 })

/** The smallest value that at least this share of all does not exceed; tenths of a millisecond. */
function percentile(sorted: readonly number[], share: number): number | undefined {
  const value = sorted[Math.ceil(sorted.length * share) - 1]
  return value === undefined ? undefined : Math.round(value * 10) / 10
}
