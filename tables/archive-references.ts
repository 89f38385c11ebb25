import * as z from 'zod'
import type { StoredEvent } from '../domain/event-chain.ts'
import { ResourceId } from '../domain/ids.ts'
import type { Ticket } from '../domain/ticket.ts'
import { absent, type Condition, present } from './condition.ts'
import { aggregateKey, type RowRead, seqKey } from './keys.ts'
import type { Row, Write } from './store.ts'
import { ticketRow } from './tickets.ts'
import { versionCheck } from './version.ts'

/**
 * A row in the partition of a ticket says where the first events of the ticket are, if they are not in `Events` (docs/adr/0045). It is
 * written in the transaction that removes them, and the header stays as it is.
 */
const table = 'Tickets'
const sk = 'ARCHIVE'

export const ArchiveReference = z.object({
  tenant: z.string(),
  ticketId: ResourceId,
  /** The archive holds the events 1 to `seq`. */
  seq: z.int().positive(),
  /** The key of the object, and the SHA-256 of its bytes. */
  key: z.string(),
  sha256: z.string(),
  archivedAt: z.iso.datetime(),
  /** When its events were put back into `Events`: the archive is no longer read. */
  restoredAt: z.iso.datetime().optional(),
  /** Grows with each change. */
  revision: z.int().positive(),
})
export type ArchiveReference = z.infer<typeof ArchiveReference>

const keyOf = (tenant: string, ticketId: string) => ({ pk: aggregateKey(tenant, { type: 'ticket', id: ticketId }), sk })

export function archiveReferenceRow(tenant: string, ticketId: string): RowRead<ArchiveReference> {
  return { table, key: keyOf(tenant, ticketId), parse: parseArchiveReference }
}

export function isArchiveReference(row: Row): boolean {
  return row.sk === sk
}

/** Whether the archive is where the events are: they were not put back. */
export function isCurrent({ restoredAt }: Pick<ArchiveReference, 'restoredAt'>): boolean {
  return restoredAt === undefined
}

/** Throws `ZodError` when the row is not an archive reference. */
export function parseArchiveReference(row: Row): ArchiveReference {
  return ArchiveReference.parse(row)
}

/** An event as it is stored, without the keys of its row. */
export function storedEvent({ pk: _, sk: __, ...event }: Row): StoredEvent {
  return event as unknown as StoredEvent
}

/** The row of an event in `Events`. */
export function storedEventRow(tenant: string, ticketId: string, event: StoredEvent): Row & { pk: string; sk: string } {
  return { pk: aggregateKey(tenant, { type: 'ticket', id: ticketId }), sk: seqKey(event.seq), ...event }
}

/**
 * Removes events whose archive is stored, and refers to it: provided that the ticket is at the version that was read, each event is what
 * was archived, and nobody has changed the reference since `before` was read.
 */
export function moveToArchive(
  { ticket, before, hot }: { ticket: Ticket; before: ArchiveReference | undefined; hot: readonly StoredEvent[] },
  reference: Omit<ArchiveReference, 'revision'>,
): Write[] {
  const { tenant, ticketId } = reference
  const removals = hot.map((event): Write => {
    const { pk, sk } = storedEventRow(tenant, ticketId, event)
    const when: Condition = event.hash === undefined ? present : { attribute: 'hash', equals: event.hash }
    return { kind: 'delete', table: 'Events', key: { pk, sk }, when }
  })
  return [
    versionCheck(ticketRow(tenant, ticketId), ticket.version),
    replaceReference(before, { ...reference, revision: (before?.revision ?? 0) + 1 }),
    ...removals,
  ]
}

/** Puts archived events back. Later ones may have been added behind them, and stay. */
export function moveFromArchive(before: ArchiveReference, events: readonly StoredEvent[], restoredAt: string): Write[] {
  const { tenant, ticketId, revision } = before
  const additions = events.map(
    (event): Write => ({
      kind: 'put',
      table: 'Events',
      row: storedEventRow(tenant, ticketId, event),
      when: absent,
    }),
  )
  return [replaceReference(before, { ...before, restoredAt, revision: revision + 1 }), ...additions]
}

function replaceReference(before: ArchiveReference | undefined, after: ArchiveReference): Write {
  const row = { ...keyOf(after.tenant, after.ticketId), ...after }
  const when: Condition = before ? { attribute: 'revision', equals: before.revision } : absent
  return { kind: 'put', table, row, when }
}
