/**
 * A load run: the same request in several copies at once, many times. `POST load` answers with one message per line, and lasts as long as
 * they are read.
 */

export interface LoadChoice {
  /** Different requests; each opens a ticket. */
  unique: number
  /** How often each is sent at once, with the same key. */
  copies: number
}

/** More belongs to the command line, where nobody waits before a page. */
export const loadMax: LoadChoice = { unique: 2_000, copies: 10 }

export type LoadMessage =
  | { kind: 'sending'; progress: LoadProgress }
  /** Everything is sent: waits until every event is delivered and every saga has ended, and checks. */
  | { kind: 'judging'; progress: LoadProgress }
  | { kind: 'verdict'; verdict: LoadVerdict }
  | { kind: 'failed'; why: string }

/** How a copy was answered. `refused` may be tried again, `lost` is a broken connection: both get another answer later. */
export type RaceOutcome = 'committed' | 'replayed' | 'refused' | 'lost'

export interface LoadProgress {
  requestsDone: number
  requestsPlanned: number
  seconds: number
  answers: Record<RaceOutcome, number>
  latencyMs: Percentiles
  /** Requests whose copies are all answered, the newest first. */
  races: Race[]
}

export interface Race {
  key: string
  /** In the order in which they came. */
  answers: { copy: number; outcome: RaceOutcome; ms: number }[]
}

export interface Percentiles {
  p50: number
  p90: number
  p99: number
  max: number
}

export interface LoadVerdict {
  isOk: boolean
  /** What was counted, with whether it is as it must be. */
  checks: { says: string; holds: boolean }[]
  broken: { number: number; promise: string; violations: string[] }[]
  throughputPerSecond: number
  latencyMs: Percentiles
}
