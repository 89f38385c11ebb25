import { hash } from 'node:crypto'
import type { RowsQuery, TableRows, WatchedRow } from '../../console/wire-tables.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { kindsOf } from '../schema/check-row.ts'
import { withoutSecrets } from './read-row.ts'

/** Reads tables again and again, and says what changed between two readings. */
export interface TableWatch {
  /** Undefined when there is no such table. */
  read(query: RowsQuery): Promise<TableRows | undefined>
}

/** So many rows of a table are read at most: a page is for looking, not for exporting. */
const rowsReadMax = 5_000
const rowsShownMax = 60
/** A removed row is listed so long: every viewer has read meanwhile. */
const removalListedMs = 10_000
const removalsMax = 1_000

interface Seen {
  digest: string
  change?: WatchedRow['change']
}

/** What is known of a table: rows by key, and when each was seen to be gone. */
interface Known {
  rows: ReadonlyMap<string, Seen>
  removed: ReadonlyMap<string, string>
}

/** Keeps a digest of each row that it has read, and no row: at most 5,000 per table. */
export function watchTables(store: Pick<Store, 'scan'>, now: () => Date = () => new Date()): TableWatch {
  const knownByTable = new Map<TableName, Known>()

  return {
    async read({ table, contains }) {
      if (!isTable(table)) return undefined
      const { rows, isPart } = await firstRows(store, table)
      const readAt = now().toISOString()
      const before = knownByTable.get(table)
      const seen = seenNow(rows, before?.rows, readAt)
      // Of a table that is read in part, what is not seen may only have moved beyond the end.
      const removed = isPart ? new Map<string, string>() : removedNow(seen, before, readAt)
      knownByTable.set(table, { rows: seen, removed })
      const changedAt = (row: Row) => seen.get(keyOf(row))?.change?.seenAt ?? ''
      const sorted = rows.toSorted((a, b) => compare(changedAt(b), changedAt(a)) || compare(keyOf(a), keyOf(b)))
      const shown: WatchedRow[] = []
      for (const row of sorted) {
        const watched = toWatched(table, row, seen.get(keyOf(row))?.change)
        if (isAbout(watched, contains)) shown.push(watched)
        if (shown.length === rowsShownMax) break
      }
      const listed = [...removed].map(([key, seenAt]) => ({ key, seenAt }))
      return { readAt, count: rows.length, isPart, rows: shown, removed: listed }
    },
  }
}

const isTable = (name: string): name is TableName => Object.hasOwn(tableShapes, name)
const keyOf = ({ pk, sk }: Row) => (sk === undefined ? String(pk) : `${pk} ${sk}`)
const compare = (a: string, b: string) => Number(a > b) - Number(a < b)

async function firstRows(store: Pick<Store, 'scan'>, table: TableName): Promise<{ rows: Row[]; isPart: boolean }> {
  const rows: Row[] = []
  let after: Row | undefined
  do {
    const page = await store.scan({ table, after })
    rows.push(...page.rows)
    after = page.next
  } while (after && rows.length < rowsReadMax)
  return { rows: rows.slice(0, rowsReadMax), isPart: after !== undefined || rows.length > rowsReadMax }
}

/** Rows that went lately, by key: at this reading, or at one before. */
function removedNow(
  seen: ReadonlyMap<string, Seen>,
  before: Known | undefined,
  readAt: string,
): ReadonlyMap<string, string> {
  const toldSince = new Date(Date.parse(readAt) - removalListedMs).toISOString()
  const earlier = [...(before?.removed ?? [])].filter(([key, seenAt]) => seenAt > toldSince && !seen.has(key))
  const gone = [...(before?.rows.keys() ?? [])].filter((key) => !seen.has(key))
  return new Map([...earlier, ...gone.map((key) => [key, readAt] as const)].slice(-removalsMax))
}

/** What is known of each row after a reading. Of rows that went nothing is; at the first reading nothing has changed. */
function seenNow(
  rows: readonly Row[],
  before: ReadonlyMap<string, Seen> | undefined,
  readAt: string,
): Map<string, Seen> {
  return new Map(
    rows.map((row): [string, Seen] => {
      const key = keyOf(row)
      const digest = hash('sha1', JSON.stringify(row, Object.keys(row).toSorted()))
      const known = before?.get(key)
      if (!before || known?.digest === digest) return [key, known ?? { digest }]
      return [key, { digest, change: { what: known ? 'changed' : 'added', seenAt: readAt } }]
    }),
  )
}

function toWatched(table: TableName, row: Row, change: WatchedRow['change']): WatchedRow {
  const [kind] = kindsOf(table, row)
  return {
    key: keyOf(row),
    kind: kind?.name ?? 'unknown',
    ...withoutSecrets(table, row),
    ...(change && { change }),
  }
}

/** Looks only at what is shown: a search must not find what is hidden. */
function isAbout({ key, kind, attributes }: WatchedRow, text: string): boolean {
  const sought = text.trim().toLowerCase()
  return sought === '' || `${key} ${kind} ${JSON.stringify(attributes)}`.toLowerCase().includes(sought)
}
