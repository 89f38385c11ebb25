import { type ArchiveCandidate, type KeepReason, whyKept } from '../../domain/archivable.ts'
import { type ArchiveDocument, archiveDocument } from '../../domain/event-archive.ts'
import { chainBreaks, type StoredEvent } from '../../domain/event-chain.ts'
import { headerDrift } from '../../domain/header-drift.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { Ticket } from '../../domain/ticket.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import {
  type ArchiveReference,
  archiveReferenceRow,
  isCurrent,
  moveFromArchive,
  moveToArchive,
  storedEvent,
} from '../../tables/archive-references.ts'
import { attachmentsQuery, parseAttachment } from '../../tables/attachments.ts'
import { sendUntilDefinite } from '../../tables/commit.ts'
import { eventsQuery, parseEvent } from '../../tables/events.ts'
import { outboxQuery } from '../../tables/outbox.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { readRow } from '../../tables/read-row.ts'
import { Retries } from '../../tables/retries.ts'
import { hasEnded, parseSaga, sagasQuery } from '../../tables/sagas.ts'
import type { Store, Write } from '../../tables/store.ts'
import { followersQuery, parseFollower, ticketRow } from '../../tables/tickets.ts'
import { unconfirmedQuery } from '../../tables/unconfirmed.ts'
import { readCheckpoint } from '../consume/checkpoint.ts'
import type { Consumer } from '../consume/consumer.ts'
import { readArchive, withArchivedEvents } from './archived-events.ts'

export interface ArchiveDeps {
  /** The tables as they are, without archived events. */
  store: Store
  runtime: Runtime
  objects: Pick<ObjectStore, 'head' | 'read' | 'putOnce'>
  /** Those that must have applied every event first. */
  consumers: readonly Pick<Consumer, 'name'>[]
}

export interface TicketRef {
  tenant: string
  ticketId: string
}

/** `kept`: its events stay in `Events`, and why. */
export type ArchiveOutcome = { status: 'archived' } | { status: 'already' } | { status: 'kept'; why: KeepReason }

/** A ticket as it was read: nothing is decided on rows of another version, because the transaction checks it. */
interface Found {
  ticket: Ticket
  reference: ArchiveReference | undefined
}

/**
 * Moves the events of a closed ticket to an archive: stores it, reads it back, and in one transaction removes the events and refers to the
 * archive, provided that the ticket has not changed. Killed anywhere, it leaves the ticket whole, and can be repeated; of two at once, one
 * moves. `quietSince` is ISO 8601, UTC. Throws `Error` when the history does not agree with the ticket, the archive cannot be stored as it
 * is, or the outcome is not known.
 */
export async function archiveTicket(deps: ArchiveDeps, ref: TicketRef, quietSince: string): Promise<ArchiveOutcome> {
  const found = await readTicket(deps, ref)
  if (!found) throw new Error(`ticket ${ref.ticketId} does not exist`)
  if (isArchived(found)) return { status: 'already' }
  const hot = await readHot(deps, ref)
  const why = whyKept(await candidate(deps, ref, found), quietSince)
  if (why) return { status: 'kept', why }

  const archive = archiveDocument(ref.tenant, ref.ticketId, await verifiedHistory(deps, ref, found.ticket))
  await storeArchive(deps, archive)
  const { text: _, ...facts } = archive
  const reference = { ...facts, archivedAt: new Date(deps.runtime.now()).toISOString() }
  const outcome = await send(deps, moveToArchive({ ticket: found.ticket, before: found.reference, hot }, reference))
  if (outcome === 'committed') return { status: 'archived' }
  const now = await readTicket(deps, ref)
  // Its own transaction, whose answer was lost, or that of another run.
  if (now && isArchived(now)) return { status: 'archived' }
  if (outcome === 'refused') return { status: 'kept', why: 'changed' }
  throw new Error(`the events of ticket ${ref.ticketId} could not be moved in time: run the command again`)
}

/** Whether nothing of a ticket's history is in `Events`. */
function isArchived({ ticket, reference }: Found): boolean {
  return reference !== undefined && isCurrent(reference) && reference.seq === ticket.version
}

/** Why a ticket is not archived: undefined when it is, or would be. */
export async function whyNotArchived(
  deps: ArchiveDeps,
  ref: TicketRef,
  quietSince: string,
): Promise<KeepReason | 'archived' | undefined> {
  const found = await readTicket(deps, ref)
  if (!found) return 'changed'
  if (isArchived(found)) return 'archived'
  return whyKept(await candidate(deps, ref, found), quietSince)
}

/**
 * Puts the events of an archived ticket back into `Events`, in one transaction. The object stays. Returns false when they are there
 * already. Throws `ArchiveDamagedError`, and `Error` when the outcome is not known.
 */
export async function restoreTicket(deps: ArchiveDeps, { tenant, ticketId }: TicketRef): Promise<boolean> {
  const { store, runtime, objects } = deps
  const read = () => readRow(store, archiveReferenceRow(tenant, ticketId))
  const reference = await read()
  if (!reference || !isCurrent(reference)) return false
  const events = await readArchive(objects, reference)
  const outcome = await send(deps, moveFromArchive(reference, events, new Date(runtime.now()).toISOString()))
  if (outcome === 'committed') return true
  const after = await read()
  if (after && !isCurrent(after)) return true
  throw new Error(`the events of ticket ${ticketId} could not be put back (${outcome}): run the command again`)
}

async function readTicket({ store }: ArchiveDeps, { tenant, ticketId }: TicketRef): Promise<Found | undefined> {
  // The reference first: a version that is read after it covers it.
  const reference = await readRow(store, archiveReferenceRow(tenant, ticketId))
  const ticket = await readRow(store, ticketRow(tenant, ticketId))
  return ticket && { ticket, reference }
}

async function readHot({ store }: ArchiveDeps, { tenant, ticketId }: TicketRef): Promise<StoredEvent[]> {
  return (await queryRows(store, eventsQuery(tenant, { type: 'ticket', id: ticketId }))).map(storedEvent)
}

async function candidate(
  deps: ArchiveDeps,
  { tenant, ticketId }: TicketRef,
  { ticket, reference }: Found,
): Promise<ArchiveCandidate> {
  const { store, consumers } = deps
  const aggregate = { type: 'ticket', id: ticketId } as const
  const waiting = [outboxQuery(tenant, aggregate), unconfirmedQuery(tenant, aggregate)]
  const [undelivered, checkpoints, sagas, attachments] = await Promise.all([
    Promise.all(waiting.map((query) => queryRows(store, query, 1))),
    Promise.all(consumers.map((consumer) => readCheckpoint({ store }, consumer, { tenant, aggregate }))),
    queryRows(store, sagasQuery(tenant, aggregate)),
    queryRows(store, attachmentsQuery(tenant, ticketId)),
  ])
  return {
    ticket,
    restoredAt: reference?.restoredAt,
    isBeingDelivered:
      undelivered.flat().length > 0 ||
      checkpoints.some(({ appliedSeq, blockedAt }) => appliedSeq < ticket.version || blockedAt !== undefined),
    hasLiveSaga: sagas.map(parseSaga).some((saga) => !hasEnded(saga)),
    attachments: attachments.map((row) => parseAttachment(row).state),
  }
}

/** All events of the ticket, those of an earlier archive included, as they are stored: unless they are not its history. */
async function verifiedHistory(
  { store, objects }: ArchiveDeps,
  { tenant, ticketId }: TicketRef,
  ticket: Ticket,
): Promise<StoredEvent[]> {
  const whole = withArchivedEvents(store, objects)
  const range = { from: 1, to: ticket.version }
  const rows = await queryRows(whole, eventsQuery(tenant, { type: 'ticket', id: ticketId }, range))
  const followers = (await queryRows(store, followersQuery(tenant, ticketId))).map(parseFollower)
  const events = rows.map(storedEvent)
  const problems = [
    ...chainBreaks(events, ticket).map(({ seq, problem }) => (seq ? `event ${seq} ${problem}` : problem)),
    ...headerDrift(
      ticket,
      followers.map(({ userId }) => userId),
      rows.map(parseEvent),
    ),
  ]
  if (problems.length > 0)
    throw new Error(`ticket ${ticketId} ${problems.join(', ')}: its events stay until "npm run check" finds nothing`)
  return events
}

/** What is stored is what was meant: read back before anything is removed. */
async function storeArchive({ objects }: ArchiveDeps, archive: ArchiveDocument): Promise<void> {
  await objects.putOnce(archive.key, Buffer.from(archive.text))
  await readArchive(objects, archive)
}

/** `refused`: a condition did not hold, so this transaction never takes effect. */
async function send({ store, runtime }: ArchiveDeps, writes: Write[]): Promise<'committed' | 'refused' | 'unknown'> {
  const retries = new Retries(runtime)
  do {
    const outcome = await sendUntilDefinite(store, retries, writes, runtime.newId())
    if (outcome.status === 'committed') return 'committed'
    if (outcome.status === 'unknown') return 'unknown'
    if (outcome.status === 'cancelled' && outcome.reasons.some(({ code }) => code === 'condition')) return 'refused'
  } while (await retries.next())
  return 'unknown'
}
