/** Timelines of requests, as `GET life` answers them. */

export type TimelineQuery = { ticket: string } | { correlation: string } | { key: string }

export interface Timelines {
  /** What was asked for, such as `ticket 1e49ade1`. */
  of: string
  /** The requests in the order in which they came in: all of a ticket, else one. Each has its duplicates. */
  requests: RequestTimeline[]
  /** More than fit were left out: the oldest. */
  leftOut: number
}

export interface RequestTimeline {
  correlationId: string
  steps: LaneStep[]
}

export interface LaneStep {
  at: string
  /** What it belongs to on the picture, in the order of the flow. */
  lane: Lane
  /** The source: a function, a table or a saga. */
  who: string
  what: string
  tone?: 'problem' | 'repeat' | 'undone'
  facts: Record<string, string>
  /** Rows that it wrote or that tell it. */
  rows: RowRef[]
  /** The saga that it belongs to. */
  saga?: { tenant: string; id: string }
}

export type Lane = 'request' | 'transaction' | 'outbox' | 'consumer' | 'saga' | 'outside'

export interface RowRef {
  table: string
  pk: string
  sk?: string
  /** In words, such as `ticket`. */
  name: string
  /** What the step did to it, where that can be told afterwards. */
  change?: RowChange
}

/**
 * `written`: it was not there before, and is never changed. `folded`: the ticket's history tells it before and after this event.
 * `recorded`: the stack has recorded the row's changes since somebody watches, and the one nearest to `at` is shown first; without it the
 * last one.
 */
export type RowChange =
  | { is: 'written' }
  | { is: 'folded'; tenant: string; ticket: string; seq: number }
  | { is: 'recorded'; at?: string }

/** What the stack recorded of one row, as `GET row-changes` answers it. */
export interface RowChanges {
  /** Since when it records. */
  since: string
  /** Earlier changes may have been forgotten. */
  isPart: boolean
  /** The oldest first. Attributes are empty where there was no row. */
  changes: RecordedChange[]
}

export interface RecordedChange {
  at: string
  before: Record<string, unknown>
  after: Record<string, unknown>
}

/** A row without what must be shown to nobody, which is named in `hidden`. */
export interface StoredRow {
  /** What the row is, in one sentence. */
  is: string
  attributes: Record<string, unknown>
  hidden: string[]
}
