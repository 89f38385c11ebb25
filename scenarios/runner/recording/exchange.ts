import type { RequestAttempt } from '../../../proof/load/attempt.ts'
import type { ViewRead } from '../../../proof/load/view-read.ts'

/** One HTTP request of a person and its answer. */
export interface Exchange {
  who: string
  /** Method and path, with ids replaced by `{id}`. */
  request: string
  /** Such as `201 replayed`, or `no answer`. */
  answer: string
  startedAtMs: number
  endedAtMs: number
}

/** Where people record their requests: exchanges for the report, attempts at writes and answers of read models for the invariant check. */
export interface Recording {
  exchanges: Exchange[]
  attempts: RequestAttempt[]
  viewReads: ViewRead[]
}
