import { isDeepStrictEqual } from 'node:util'
import type { Item, TouchedItem } from './touched-items.ts'

/** A row that a call has changed: read just before the call and just after it. */
export interface RowChange {
  /** Epoch milliseconds, of the end of the call. */
  atMs: number
  tableName: string
  /** Its key attributes. */
  key: Item
  /** DynamoDB JSON; undefined where there was no such row. */
  before: string | undefined
  after: string | undefined
}

export type RowListener = (change: RowChange) => void

/** Tells which rows calls change, for whoever listens at the time. Without listeners nothing is read. */
export interface RowFeed {
  /** Called for each changed row of these tables from now on. Returns what ends that. */
  listen(tableNames: readonly string[], listener: RowListener): () => void
  /** Carries out a call that writes these items, or is refused. What telling fails by never fails the call. */
  around<Answer extends { status: number }>(
    items: readonly (TouchedItem | undefined)[],
    call: () => Promise<Answer>,
  ): Promise<Answer>
}

/**
 * `read` gives a stored row at once. Calls of their own that write one row at the same time may each be told with what both did, as their
 * readings overlap; transactions never overlap with another write.
 */
export function createRowFeed(read: (item: TouchedItem) => string | undefined, now: () => number): RowFeed {
  const listeners = new Map<RowListener, ReadonlySet<string>>()

  function watched(items: readonly (TouchedItem | undefined)[]): TouchedItem[] {
    if (listeners.size === 0) return []
    const isWatched = (item: TouchedItem) => [...listeners.values()].some((tables) => tables.has(item.tableName))
    return items.filter((item) => item !== undefined && isWatched(item)) as TouchedItem[]
  }

  function tell(change: RowChange) {
    for (const [listener, tables] of listeners) if (tables.has(change.tableName)) listener(change)
  }

  return {
    listen(tableNames, listener) {
      listeners.set(listener, new Set(tableNames))
      return () => void listeners.delete(listener)
    },
    async around(items, call) {
      const rows = watched(items).map((item) => ({ item, before: attempt(() => read(item)) }))
      const answer = await call()
      if (answer.status >= 400) return answer
      for (const { item, before } of rows) {
        attempt(() => {
          const after = read(item)
          if (before && isDifferent(before.value, after))
            tell({ atMs: now(), tableName: item.tableName, key: item.key, before: before.value, after })
        })
      }
      return answer
    },
  }
}

/** The engine writes attributes in any order. */
function isDifferent(before: string | undefined, after: string | undefined): boolean {
  if (before === after) return false
  if (before?.length !== after?.length) return true
  return before === undefined || after === undefined || !isDeepStrictEqual(JSON.parse(before), JSON.parse(after))
}

/** Undefined when it throws: the engine may be busy, or a listener may fail. */
function attempt<Value>(work: () => Value): { value: Value } | undefined {
  try {
    return { value: work() }
  } catch {
    return undefined
  }
}
