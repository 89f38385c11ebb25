/**
 * What the stack sends to the console: names, counts, times and outcomes. No token, secret, mail body or header is among them; texts that
 * people wrote are shown as text. Times are ISO 8601, UTC; durations are in milliseconds.
 */

/** The stream of server-sent events, by name. Only `batch` has an id: where a reader goes on after a lost connection. */
export interface Messages {
  hello: Hello
  /** What was shown is from before a gap that is too long to be told: forget it. */
  reset: Record<string, never>
  batch: Batch
  second: Second[]
  depths: Depths
  promises: Promises
  faults: Fault[]
}

export interface Hello {
  /** Since when totals count: when somebody began to watch. */
  since: string
  topology: Topology
}

/** What is wired to what, as it is deployed. */
export interface Topology {
  /** A queue with the function that reads it. */
  subscribers: { queue: string; consumer: string }[]
  /** State machines: one per saga. */
  sagas: string[]
}

export interface Batch {
  events: WireEvent[]
  /** Events before these of which only the totals are told, because the reader was slow or there were too many. */
  skipped: number
  totals: Totals
}

/** How often what happened since {@link Hello.since}, by {@link Counter}. */
export type Totals = Record<string, number>

export type Counter =
  | `request ${RequestOutcome}`
  | `queue ${string} ${'delivered' | 'returned'}`
  | `saga ${string} ${SagaEnd}`
  | 'mail'
  | 'failure'

/** `read`: a GET that succeeded. `refused`: 4xx, `failed`: 5xx. */
export type RequestOutcome = 'committed' | 'replayed' | 'read' | 'refused' | 'failed'
export type SagaEnd = 'began' | 'completed' | 'compensated' | 'failed'

export interface WireEvent {
  seq: number
  at: string
  kind: 'request' | 'message' | 'execution' | 'failure' | 'mail'
  what: string
  outcome: string
  tone?: 'problem' | 'repeat' | 'undone'
  ms?: number
  correlationId?: string
  detail?: string
  counter: Counter
}

/** Requests of one second, which ended at `at`. Percentiles are absent when there were none. */
export interface Second {
  at: string
  committed: number
  replayed: number
  read: number
  /** Refused or failed. */
  errors: number
  p50Ms?: number
  p99Ms?: number
}

/** What waits. */
export interface Depths {
  outbox: number
  queues: { queue: string; waiting: number; inFlight: number; dead: number }[]
  /** Sagas that have not ended, parked ones included. */
  liveSagas: number
  /** Whose they are: some of them, when they are many. */
  liveTenants?: string[]
}

/**
 * `holds`: proven from the stored data. `suspect`: not proven at this reading, which can see one half of an update that is under way.
 * `broken`: the same violation was found again and again.
 */
export type Light = 'holds' | 'suspect' | 'broken'

export interface Promises {
  checkedAt: string
  /** How long the reading took. */
  ms: number
  invariants: { number: number; promise: string; light: Light; violations: { subject: string; problem: string }[] }[]
  /** Stored sagas by state. */
  sagas: Record<string, number>
}

/** A fault rule of the embedded stack with what came of it. */
export interface Fault {
  name: string
  at: 'call' | 'invocation' | 'outgoing'
  where: Record<string, string | string[]>
  fault: { do: string } & Record<string, unknown>
  probability: number
  /** Calls that it fits. */
  matched: number
  /** How often it struck. */
  fired: number
}

/** What `POST double-click` did: equal requests at once, and how each was answered. */
export interface DoubleClick {
  /** The Idempotency-Key that all of them had. */
  key: string
  answers: { status: number; replayed: boolean }[]
  /** Whether all successes had the same body. */
  isSameBytes: boolean
}
