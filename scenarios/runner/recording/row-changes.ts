import type { TableName } from '../../../tables/store.ts'
import type { NamedRow } from './named-rows.ts'

/** How one row changed between two readings. */
export interface RowChange {
  change: 'added' | 'changed' | 'removed'
  table: TableName
  /** The row's name. */
  row: string
  /** Its values in the earlier reading; undefined for a row that was added. */
  before?: Record<string, string>
  /** Its values in the later reading; undefined for a row that was removed. */
  after?: Record<string, string>
}

/**
 * The rows that were added, changed and removed, by table in the order in which a request reaches them, then by kind of change, then in
 * the order of the rows.
 */
export function rowChanges(before: readonly NamedRow[], after: readonly NamedRow[]): RowChange[] {
  const rowsBefore = new Map(before.map((row) => [placeOf(row), row]))
  const rowsAfter = new Map(after.map((row) => [placeOf(row), row]))
  const changes = [
    ...after.flatMap((row): RowChange[] => changeTo(row, rowsBefore.get(placeOf(row)))),
    ...before
      .filter((row) => !rowsAfter.has(placeOf(row)))
      .map(
        ({ table, name, values }): RowChange => ({ change: 'removed', table, row: name || unnamed, before: values }),
      ),
  ]
  return changes.toSorted(
    (a, b) => tableOrder[a.table] - tableOrder[b.table] || signs[a.change].order - signs[b.change].order,
  )
}

/** A change as text: `~`, `Tickets`, `ticket t1 "Printer on fire": open → resolved, v1 → v2`. */
export interface ChangeLine {
  sign: '+' | '~' | '-'
  table: TableName
  text: string
}

export function formatChange({ change, table, row, before = {}, after = {} }: RowChange): ChangeLine {
  const values = change === 'changed' ? valueChanges(before, after) : Object.values(after)
  return { sign: signs[change].sign, table, text: `${row}${values.length > 0 ? `: ${values.join(', ')}` : ''}` }
}

/**
 * At most `linesMax` lines, chosen in turn from each table and returned in the order of the changes; equal lines are counted.
 * `rowsLeftOut` is the number of rows behind the lines that were left out.
 */
export function formatChanges(
  changes: readonly RowChange[],
  linesMax: number,
): { lines: readonly ChangeLine[]; rowsLeftOut: number } {
  const equal = Map.groupBy(changes.map(formatChange), ({ sign, table, text }) => `${sign} ${table} ${text}`)
  const lines = [...equal.values()].flatMap(([line, ...repeats]) => {
    if (!line) return []
    const rows = 1 + repeats.length
    return [{ ...line, text: rows > 1 ? `${line.text} (×${rows})` : line.text, rows }]
  })
  const turns = [...Map.groupBy(lines, ({ table }) => table).values()].flatMap((linesOfTable) =>
    linesOfTable.map((line, turn) => ({ line, turn })),
  )
  const chosen = new Set(
    turns
      .toSorted((a, b) => a.turn - b.turn)
      .slice(0, linesMax)
      .map(({ line }) => line),
  )
  return {
    lines: lines.filter((line) => chosen.has(line)).map(({ rows: _, ...line }) => line),
    rowsLeftOut: lines.filter((line) => !chosen.has(line)).reduce((sum, { rows }) => sum + rows, 0),
  }
}

/** The width of the longest table name. */
export const tableWidth = 'RequestKeys'.length

const tableOrder: Record<TableName, number> = {
  Tickets: 1,
  Events: 2,
  Outbox: 3,
  RequestKeys: 4,
  Receipts: 5,
  Views: 6,
  Sagas: 7,
  StepKeys: 8,
  Notices: 9,
  Quotas: 10,
  RateLimits: 11,
  Unconfirmed: 12,
  SweepPositions: 13,
  Runs: 14,
}

const signs = {
  added: { sign: '+', order: 0 },
  changed: { sign: '~', order: 1 },
  removed: { sign: '-', order: 2 },
} as const

const placeOf = ({ table, key }: NamedRow) => `${table} ${key}`

/** The name of a row that could not be read. */
const unnamed = 'a row'

function changeTo({ table, name, values }: NamedRow, before: NamedRow | undefined): RowChange[] {
  if (!before) return [{ change: 'added', table, row: name || unnamed, after: values }]
  if (valueChanges(before.values, values).length === 0) return []
  return [{ change: 'changed', table, row: name || before.name || unnamed, before: before.values, after: values }]
}

function valueChanges(before: Record<string, string>, after: Record<string, string>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((what) => {
    const [old, now] = [before[what], after[what]]
    if (old === now) return []
    if (old === undefined) return [`${now}`]
    return [now === undefined ? `no longer ${old}` : `${old} → ${withoutCommonWords(old, now)}`]
  })
}

/** Drops the words that both begin with: `applied up to #1` and `applied up to #2` make `#2`. */
function withoutCommonWords(old: string, now: string): string {
  const [oldWords, words] = [old.split(' '), now.split(' ')]
  const common = words.findIndex((word, index) => word !== oldWords[index])
  return words.slice(Math.max(0, common)).join(' ')
}
