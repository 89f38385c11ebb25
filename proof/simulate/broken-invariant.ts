import type { Row } from '../../tables/store.ts'
import type { Violation } from '../check/invariant.ts'

/** A violation, and the number of the invariant in docs/invariants.md. */
export interface BrokenInvariant extends Violation {
  number: number
}

/** Takes note of a violation at the moment in which it happens. */
export type Report = (invariant: number, subject: string, problem: string) => void

export interface SafetyOptions {
  /** The names of the queues that an event must reach. */
  subscribersOf: (event: Row) => readonly string[]
  now: () => number
  /** Whether a service scans uploads for malware. */
  isScanned: boolean
  /** Counts what happened, for the coverage of a run. */
  count: (what: string) => void
}
