import type { ExtensionHost, RowChange } from 'embedded-aws/extension'

/** The tables whose rows keep no history of their own. */
export const recordedTables = ['Sagas', 'StepKeys', 'Receipts'] as const

/** Changes that are kept at least, of all rows together: some 4 MB. */
const changesMax = 2_000

/** What happened to rows since somebody began to watch. */
export interface RowHistory {
  /** Begins to record; the returned function ends that, and forgets. */
  begin(): () => void
  /** Undefined while nobody watches, and for a table that is not recorded. */
  of(row: RowAddress): RecordedChanges | undefined
}

export interface RowAddress {
  table: string
  pk: string
  sk?: string
}

export interface RecordedChanges {
  /** ISO 8601: since when it records. */
  since: string
  /** Earlier ones may have been forgotten, as only so many are kept. */
  isPart: boolean
  /** The oldest first. */
  changes: Pick<RowChange, 'atMs' | 'before' | 'after'>[]
}

interface Recorded {
  id: string
  change: RecordedChanges['changes'][number]
}

export function createRowHistory(host: Pick<ExtensionHost, 'onRowChange' | 'outputs'>, max = changesMax): RowHistory {
  let since: string | undefined
  let isPart = false
  let recorded: Recorded[] = []

  /** The table's deployed name; undefined for a table that is not recorded. */
  function nameOf(table: string): string | undefined {
    if (!recordedTables.some((each) => each === table)) return undefined
    const name = host.outputs[`${table}Table`]
    return typeof name === 'string' ? name : undefined
  }

  function add({ tableName, key, atMs, before, after }: RowChange) {
    const id = idOf(tableName, textOf(key.pk), textOf(key.sk))
    recorded.push({ id, change: { atMs, before, after } })
    // Not with each one more: that would move them all.
    if (recorded.length < 2 * max) return
    recorded = recorded.slice(-max)
    isPart = true
  }

  return {
    begin() {
      since = new Date().toISOString()
      const names = recordedTables.flatMap((table) => nameOf(table) ?? [])
      const unlisten = host.onRowChange(names, add)
      return () => {
        unlisten()
        since = undefined
        isPart = false
        recorded = []
      }
    },
    of({ table, pk, sk }) {
      const tableName = nameOf(table)
      if (since === undefined || tableName === undefined) return undefined
      const sought = idOf(tableName, pk, sk)
      return { since, isPart, changes: recorded.filter(({ id }) => id === sought).map(({ change }) => change) }
    },
  }
}

const idOf = (tableName: string, pk: string | undefined, sk: string | undefined) => JSON.stringify([tableName, pk, sk])

const textOf = (value: Record<string, unknown> | undefined) => (typeof value?.S === 'string' ? value.S : undefined)
