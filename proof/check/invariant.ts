import type { Evidence } from './evidence.ts'

/** One broken promise: about what (a row, an aggregate, a request), and what is wrong with it. */
export interface Violation {
  subject: string
  what: string
}

/** One promise about stored data. `number` is its place in docs/invariants.md. */
export interface Invariant {
  number: number
  promise: string
  violations(evidence: Evidence): Violation[]
}
