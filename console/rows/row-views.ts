import type { TableRows, WatchedRow } from '../wire-tables.ts'

/** A row as it is drawn. */
export interface RowView {
  row: WatchedRow
  /** What happened since the reading before. */
  change: 'added' | 'changed' | 'removed' | undefined
  /** Attributes that differ from the reading before, those that went included. */
  changed: ReadonlySet<string>
}

/**
 * The rows of a reading, with what changed since the one before, which the first one has in nothing. Rows that went are on top, as they
 * were shown: until the next reading, or until they are taken out by {@link withoutRemoved}.
 */
export function rowViews(before: TableRows | undefined, now: TableRows): RowView[] {
  const rowsBefore = new Map(before?.rows.map((row) => [row.key, row]))
  const gone = before ? now.removed.filter(({ seenAt }) => seenAt > before.readAt) : []
  const removed = gone.flatMap(({ key }): RowView[] => {
    const row = rowsBefore.get(key)
    return row ? [{ row, change: 'removed', changed: new Set() }] : []
  })
  const there = now.rows.map((row): RowView => {
    const isNew = before !== undefined && row.change !== undefined && row.change.seenAt > before.readAt
    const rowBefore = rowsBefore.get(row.key)
    return {
      row,
      change: isNew ? row.change?.what : undefined,
      changed: new Set(isNew && rowBefore ? changedNames(rowBefore.attributes, row.attributes) : []),
    }
  })
  return [...removed, ...there]
}

export const withoutRemoved = (views: readonly RowView[]) => views.filter(({ change }) => change !== 'removed')

/** The names of the attributes that differ, those that went or came included. */
export function changedNames(before: Record<string, unknown>, now: Record<string, unknown>): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]))
}

/** The ticket that a row belongs to, by its key; undefined when it is another one's. */
export function ticketOfKey(key: string): string | undefined {
  return /#TICKET#([^ #]+)/.exec(key)?.[1]
}

/** A value as text: what is no text as JSON. */
export function shown(value: unknown): string {
  if (value === undefined) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The tables, in the order in which a request reaches them. */
export const tables = [
  ...['Tickets', 'Events', 'Outbox', 'RequestKeys', 'Receipts', 'Views', 'Sagas', 'StepKeys', 'Notices'],
  ...['Quotas', 'RateLimits', 'Unconfirmed', 'SweepPositions', 'Runs'],
]
