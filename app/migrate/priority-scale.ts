import { isDeepStrictEqual } from 'node:util'
import type { Fact } from '../../domain/event.ts'
import { priorityHistory } from '../../domain/priority-history.ts'
import { PriorityScale } from '../../domain/priority-scale.ts'
import { upcast } from '../../domain/upcast-event.ts'
import { readEvents } from '../../tables/events.ts'
import { aggregateOfKey } from '../../tables/keys.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { isTicketHeader, priorityOnScale, updateHeader } from '../../tables/tickets.ts'
import { MigratedStore } from './migrated-store.ts'
import type { Migration } from './migration.ts'

const name = 'priority-scale'
const table = 'Tickets'

/**
 * A ticket's priority, from a stored word to a typed scale with its reason and since when. A row of before does not say that, so a command
 * that does not set the priority leaves the row as it is: the scale comes from the events, by the backfill.
 */
export const priorityScale: Migration = {
  name,
  description: 'the priority of a ticket: from a word to a level with its reason, and since which event',
  understands: { from: 'expand', to: 'contract' },
  lens: {
    concerns: (of: TableName, row) => of === table && isTicketHeader(row),
    read(row, reads) {
      const word = priorityOnScale(row)
      if (word === undefined || word === row.priority) return row
      if (reads === 'new' || row.priority === undefined) return { ...row, priority: word }
      const { priorityScale: _, ...others } = row
      return others
    },
    write({ priorityScale: scale, ...row }, writes) {
      if (scale === undefined || writes === 'old') return row
      const { priority: _, ...others } = row
      return { ...(writes === 'new' ? others : row), priorityScale: scale }
    },
  },
  source: { table, isWanted: isTicketHeader },
  nameOf: ({ pk }) => String(pk),
  has: (row, form) => (form === 'old' ? row.priority !== undefined : row.priorityScale !== undefined),
  createdAt: ({ openedAt }) => String(openedAt),
  async fill(store, row) {
    const scale = await scaleByEvents(store, row)
    return isDeepStrictEqual(row.priorityScale, scale)
      ? undefined
      : updateHeader(row, { set: { priorityScale: scale } })
  },
  async problem(store, row) {
    if (!PriorityScale.safeParse(row.priorityScale).success) return 'has no priority on the scale'
    if (!isDeepStrictEqual(row.priorityScale, await scaleByEvents(store, row)))
      return 'has another priority on the scale than its events say'
    const { priority, ...others } = row
    return priority === undefined || priority === priorityOnScale(others) ? undefined : 'has two priorities that differ'
  },
  restore(row) {
    const priority = priorityOnScale(row)
    return row.priority === undefined && priority ? updateHeader(row, { set: { priority } }) : undefined
  },
  drop: (row) =>
    row.priority !== undefined && row.priorityScale !== undefined
      ? updateHeader(row, { remove: ['priority'] })
      : undefined,
}

/** The fact in the form that is written now: version 2 of its data once only the new form is. */
export async function factToWrite(store: Store, fact: Fact): Promise<Fact> {
  const newest = upcast(fact)
  if (newest === fact || !(store instanceof MigratedStore)) return fact
  return (await store.forms(name)).writes === 'new' ? newest : fact
}

/**
 * What the events up to the row's version say. Later ones are no concern: the write fails if there are any. Throws
 * `Error` if there is no such event.
 */
async function scaleByEvents(store: Store, { pk, version }: Row): Promise<PriorityScale> {
  const scope = aggregateOfKey(String(pk))
  if (!scope) throw new Error(`${String(pk)} is not the key of a ticket`)
  const events = await readEvents(store, scope.tenant, scope.aggregate, { from: 1, to: Number(version) })
  const scale = priorityHistory(events).at(-1)
  if (!scale) throw new Error(`${String(pk)} has no event that sets its priority`)
  return scale
}
