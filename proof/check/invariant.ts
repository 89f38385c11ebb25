import type { Evidence } from './evidence.ts'

/** One violation of an invariant; `subject` and `problem` read together as one sentence. */
export interface Violation {
  /** A row, an aggregate, an event or a request. */
  subject: string
  /** The predicate of the sentence, such as `is still in the outbox`. */
  problem: string
}

/** A promise about stored data, and the function that finds its violations. */
export interface Invariant {
  /** Its number in docs/invariants.md. */
  number: number
  /** One sentence, the same as in docs/invariants.md. */
  promise: string
  violations(evidence: Evidence): Violation[]
}
