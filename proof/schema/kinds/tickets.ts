import { archiveDocument } from '../../../domain/event-archive.ts'
import { Follower, Message } from '../../../domain/ticket.ts'
import { ArchiveReference, moveToArchive } from '../../../tables/archive-references.ts'
import { putFollower, putMessage, putTicket, StoredTicket } from '../../../tables/tickets.ts'
import { at, ids, later, opened, tenant, ticket } from '../example.ts'
import { eventHash, indexKey, person, tenantNote, updatedAt, version } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const partition = 'TENANT#{tenant}#TICKET#{ticketId}'

const header = rowKind({
  name: 'ticket header',
  table: 'Tickets',
  key: { pk: partition, sk: 'HEADER' },
  is: 'one ticket as it is now. Its history is in `Events`',
  life: 'mutable',
  changed: 'each command and each reaction of the system replaces it, if it still has the version that was read',
  deleted: 'never: what refers to it never dangles',
  unique: 'its id, made by the system; the first version must find no row',
  schema: StoredTicket,
  notes: {
    id: 'the ticket, also in the key',
    title: { meaning: 'subject, as its requester wrote it', personal: 'text' },
    status: {
      meaning: 'where its work stands; which may follow which is a table',
      changes: 'with a transition or a correction',
    },
    priority: {
      meaning: 'how urgent its requester says it is',
      changes: 'with a correction',
      absent: 'once the migration `priority-scale` has stopped it: `priorityScale` says it',
    },
    priorityScale: {
      meaning: 'the same as a level, with its reason, and since which event',
      changes: 'with a correction',
      absent: 'until the migration `priority-scale` has filled it',
    },
    requester: person('who opened it'),
    assignee: {
      ...person('who works on it'),
      changes: 'with an assignment, a deactivation or a correction',
      absent: 'while it is nobody’s',
    },
    followerCount: {
      meaning: 'number of its followers, which bounds the cost of an event',
      changes: 'when someone follows or stops',
      absent: 'while nobody has followed since followers are counted',
    },
    version,
    eventHash,
    openedAt: 'when it was opened',
    updatedAt,
  },
  stored: {
    tenant: tenantNote,
    tenantPk: indexKey('TENANT#{tenant}#TICKETS'),
    statusPk: indexKey('TENANT#{tenant}#STATUS#{status}', { changes: 'with `status`' }),
    requesterPk: indexKey('TENANT#{tenant}#REQUESTER#{requester}', { personal: 'id' }),
    assigneePk: indexKey('TENANT#{tenant}#ASSIGNEE#{assignee}', {
      personal: 'id',
      changes: 'with `assignee`',
      absent: 'without an assignee',
    }),
    openAssigneePk: indexKey('TENANT#{tenant}#OPEN_ASSIGNEE#{assignee}', {
      personal: 'id',
      changes: 'with `assignee` and `status`',
      absent: 'without an assignee, on closed tickets, and on rows not written since it exists',
    }),
    openedSk: indexKey('{openedAt}#{id}'),
  },
  example: () => [putTicket(tenant, { ...ticket, followerCount: 1 })],
})

const message = rowKind({
  name: 'message',
  table: 'Tickets',
  key: { pk: partition, sk: 'MESSAGE#{seq}' },
  is: 'one text that a person wrote on a ticket: the opening text, a comment, or the reason of a change',
  life: 'append-only',
  changed: 'nothing',
  deleted: 'never',
  unique: 'the number of its event, in its ticket; it must find no row',
  schema: Message,
  notes: {
    id: 'the message; events refer to it',
    kind: 'what it is',
    ticketId: 'its ticket',
    seq: 'number of the event that it belongs to',
    author: person('who wrote it'),
    body: { meaning: 'the words, exactly as sent', personal: 'text' },
    createdAt: 'when its request was received',
    occurredAt: { meaning: 'when it was written, as its request said', absent: 'where that is when it was received' },
  },
  stored: { tenant: tenantNote },
  example: () => [
    putMessage(tenant, {
      id: ids.message,
      kind: 'opening',
      ticketId: ids.ticket,
      seq: 1,
      author: 'carla',
      body: 'The totals are missing from every sheet.',
      createdAt: at,
    }),
  ],
})

const follower = rowKind({
  name: 'follower',
  table: 'Tickets',
  key: { pk: partition, sk: 'FOLLOWER#{userId}' },
  is: 'one person who is told of a ticket’s events',
  life: 'append-only',
  changed: 'nothing',
  deleted: 'when the person stops following; the event says who stopped whom',
  unique: 'the person, in the ticket; it must find no row',
  schema: Follower,
  notes: { ticketId: 'the ticket', userId: person('who follows'), since: 'since when' },
  stored: { tenant: tenantNote },
  example: () => [putFollower(tenant, { ticketId: ids.ticket, userId: 'bob', since: at })],
})

const archiveReference = rowKind({
  name: 'archive reference',
  table: 'Tickets',
  key: { pk: partition, sk: 'ARCHIVE' },
  is: 'where the first events of a closed ticket are, while they are not in `Events`',
  life: 'mutable',
  changed: '`npm run archive` replaces it in the transaction that moves the events, if nobody has changed it since',
  deleted: 'never: who finds an event removed can tell by it that it was archived',
  unique: 'one per ticket: the key',
  schema: ArchiveReference,
  notes: {
    tenant: 'its tenant, also in the key',
    ticketId: 'the ticket',
    seq: { meaning: 'the archive holds the events 1 to this one', changes: 'when later events are archived' },
    key: { meaning: 'of the object in the archive bucket', changes: 'with `seq`' },
    sha256: { meaning: 'of the bytes of the object', changes: 'with `seq`' },
    archivedAt: { meaning: 'when the events were moved', changes: 'when they are moved again' },
    restoredAt: {
      meaning: 'when they were put back: the archive is not read any more',
      changes: 'when they are put back',
      absent: 'while the events are in the archive',
    },
    revision: { meaning: 'number of its changes', changes: 'by 1 with each change' },
  },
  example: () => {
    const event = { ...opened, seq: 1 }
    const { text: _, ...facts } = archiveDocument(tenant, ids.ticket, [event])
    const [, reference] = moveToArchive({ ticket, before: undefined, hot: [event] }, { ...facts, archivedAt: later })
    if (!reference) throw new Error('there is no write of a reference')
    return [reference]
  },
})

export const ticketKinds = [header, message, follower, archiveReference]
