import type { TableName } from '../../../tables/store.ts'
import type { NamedRow } from './named-rows.ts'

/** What became of one row between two looks at it. */
export interface RowChange {
  change: 'appeared' | 'changed' | 'went'
  table: TableName
  /** What the row is. */
  row: string
  /** What it said before, and what it says now, by what is said of it. */
  was?: Record<string, string>
  is?: Record<string, string>
}

/**
 * What appeared, changed and went, table by table in the order in which a request meets them, otherwise in the order of the rows.
 * What is as it was is left out.
 */
export function rowChanges(before: readonly NamedRow[], after: readonly NamedRow[]): RowChange[] {
  const old = new Map(before.map((row) => [placeOf(row), row]))
  const now = new Map(after.map((row) => [placeOf(row), row]))
  const changes = [
    ...after.flatMap((row): RowChange[] => changeTo(row, old.get(placeOf(row)))),
    ...before
      .filter((row) => !now.has(placeOf(row)))
      .map(({ table, name, says }): RowChange => ({ change: 'went', table, row: name || 'a row', was: says })),
  ]
  return changes.toSorted(
    (a, b) => orderOf[a.table] - orderOf[b.table] || marks[a.change].order - marks[b.change].order,
  )
}

/** A change as a line has it: `~`, `Tickets`, `ticket t1 "Printer on fire": open → resolved, v1 → v2`. */
export interface ChangeLine {
  mark: '+' | '~' | '-'
  table: TableName
  text: string
}

export function changeLine({ change, table, row, was = {}, is = {} }: RowChange): ChangeLine {
  const said = change === 'changed' ? whatChanged(was, is) : change === 'appeared' ? Object.values(is) : []
  return { mark: marks[change].mark, table, text: `${row}${said.length > 0 ? `: ${said.join(', ')}` : ''}` }
}

/**
 * As many lines as `max`, each table's first ones before any table's next ones, in the order of the changes; equal lines are one
 * with its count. And how many rows the lines left out stand for.
 */
export function changeLines(
  changes: readonly RowChange[],
  max: number,
): { lines: readonly ChangeLine[]; leftOut: number } {
  const alike = Map.groupBy(changes.map(changeLine), ({ mark, table, text }) => `${mark} ${table} ${text}`)
  const lines = [...alike.values()].flatMap(([line, ...more]) =>
    line
      ? [{ ...line, text: more.length > 0 ? `${line.text} (×${more.length + 1})` : line.text, rows: 1 + more.length }]
      : [],
  )
  const turns = [...Map.groupBy(lines, ({ table }) => table).values()].flatMap((own) =>
    own.map((line, turn) => ({ line, turn })),
  )
  const chosen = new Set(
    turns
      .toSorted((a, b) => a.turn - b.turn)
      .slice(0, max)
      .map(({ line }) => line),
  )
  return {
    lines: lines.filter((line) => chosen.has(line)).map(({ rows: _, ...line }) => line),
    leftOut: lines.filter((line) => !chosen.has(line)).reduce((sum, { rows }) => sum + rows, 0),
  }
}

/** As wide as the longest name of a table. */
export const tableWidth = 'RequestKeys'.length

const orderOf: Record<TableName, number> = {
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
}

const marks = {
  appeared: { mark: '+', order: 0 },
  changed: { mark: '~', order: 1 },
  went: { mark: '-', order: 2 },
} as const

const placeOf = ({ table, key }: NamedRow) => `${table} ${key}`

function changeTo(row: NamedRow, old: NamedRow | undefined): RowChange[] {
  const { table, name, says } = row
  if (!old) return [{ change: 'appeared', table, row: name || 'a row', is: says }]
  if (whatChanged(old.says, says).length === 0) return []
  return [{ change: 'changed', table, row: name || old.name, was: old.says, is: says }]
}

function whatChanged(was: Record<string, string>, is: Record<string, string>): string[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].flatMap((about) => {
    const [before, now] = [was[about], is[about]]
    if (before === now) return []
    if (before === undefined) return [`${now}`]
    return [now === undefined ? `no longer ${before}` : `${before} → ${withoutRepeated(before, now)}`]
  })
}

/** `applied up to #2` after `applied up to #1` is told as `#2`. */
function withoutRepeated(before: string, now: string): string {
  const [old, words] = [before.split(' '), now.split(' ')]
  const same = words.findIndex((word, index) => word !== old[index])
  return words.slice(Math.max(0, same)).join(' ')
}
