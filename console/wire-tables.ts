import type { StoredRow } from './wire-timeline.ts'

/** What `GET rows` asks for. */
export interface RowsQuery {
  table: string
  /** Only rows that show this text somewhere; empty for all. */
  contains: string
}

/** Rows of a table as they are now, without what must be shown to nobody. */
export interface TableRows {
  readAt: string
  /** Rows that were read, and whether there are more than are read at most. */
  count: number
  isPart: boolean
  /** The newest changes first, then the others by key; those that fit on a page. */
  rows: WatchedRow[]
  /** Rows that were there at a reading before and are gone: those of the last seconds. */
  removed: { key: string; seenAt: string }[]
}

export interface WatchedRow extends StoredRow {
  /** Partition and sort key: what a row is known by. */
  key: string
  /** The name of its kind, such as `ticket header`. */
  kind: string
  /** What was seen to happen to it, and when; absent while nothing was. */
  change?: { what: 'added' | 'changed'; seenAt: string }
}

/** What `GET replay` asks for. Points are sequence numbers of the ticket's events, 0 for before the first. */
export interface ReplayQuery {
  ticket: string
  /** Spares the search for it, once it is known. */
  tenant?: string
  /** The last event by default. */
  to?: number
  from?: number
}

/** A ticket folded from its events up to one point, and what differs from another. */
export interface Replay {
  ticket: string
  tenant: string
  /** The number of its last event. */
  last: number
  to: TicketAtPoint
  from: TicketAtPoint
  changes: { name: string; before?: unknown; after?: unknown }[]
  /** Those between the points, the newest first; those that fit on a page. */
  events: ReplayedEvent[]
}

export interface TicketAtPoint {
  seq: number
  recordedAt?: string
  /** Empty before the first event. */
  facts: Record<string, unknown>
}

export interface ReplayedEvent {
  seq: number
  recordedAt: string
  type: string
  actor: string
  correlationId: string
  data: Record<string, unknown>
}
