import { TrackedTicket } from '../../../domain/dashboard.ts'
import { noTickets, TicketStats } from '../../../domain/ticket-stats.ts'
import { WorkItem } from '../../../domain/work-list.ts'
import { ActiveHour, addToHour, putTracked } from '../../../tables/dashboard.ts'
import { noProjections, Projections, replaceProjections } from '../../../tables/projections.ts'
import { FoundWord, IndexedMessage, indexMessage } from '../../../tables/search.ts'
import { noCatalog, replaceCatalog, StoredCatalog } from '../../../tables/view-catalog.ts'
import { putStats } from '../../../tables/views.ts'
import { replaceWorkItem } from '../../../tables/work-list.ts'
import { at, ids, later, tenant, ticket } from '../example.ts'
import { aggregate, person, tenantNote } from '../notes.ts'
import { rowKind } from '../row-kind.ts'

const rebuildable =
  'never: rows of a generation that was given up stay, unread. It can be rebuilt from `Events` byte for byte'

const stats = rowKind({
  name: 'ticket counts',
  table: 'Views',
  key: { pk: ['TENANT#{tenant}#STATS', 'TENANT#{tenant}#STATS@{generation}'], sk: 'SHARD#{shard}' },
  is: 'the counts by status of an eighth of a tenant’s tickets, in one generation',
  life: 'mutable',
  changed: 'the projection, by exactly one event more; with the checkpoint in one transaction',
  deleted: rebuildable,
  unique: 'tenant, generation and shard: the key',
  schema: TicketStats,
  notes: {
    seq: { meaning: 'number of events that it reflects', changes: 'with each event, by 1' },
    asOf: { meaning: 'time of the newest of them', changes: 'with each event' },
    counts: { meaning: 'tickets by status', changes: 'with each event' },
  },
  stored: { tenant: tenantNote },
  example: () => [
    putStats(tenant, 3, {
      seq: 1,
      asOf: at,
      counts: { ...noTickets, open: 1 },
    }),
  ],
})

const projections = rowKind({
  name: 'projection sequence',
  table: 'Views',
  key: { pk: 'TENANT#{tenant}#{TYPE}#{id}', sk: 'PROJECTIONS' },
  is: 'up to which event of one aggregate each generation of each read model is projected',
  life: 'mutable',
  changed:
    'the projection and the rebuild, in one transaction with the read model; if its revision is still the one that was read',
  deleted: 'never',
  unique: 'the aggregate: the key',
  schema: Projections,
  notes: {
    tenant: 'its tenant',
    aggregate,
    revision: { meaning: 'number of its changes', changes: 'with each change, by 1' },
    seqs: { meaning: 'by generation, as in `stats@2`; a missing one reflects no event', changes: 'with each event' },
  },
  example: () => [replaceProjections(noProjections(tenant, { type: 'ticket', id: ids.ticket }), { 'stats@1': 1 })],
})

const catalog = rowKind({
  name: 'catalog of generations',
  table: 'Views',
  key: { pk: 'CATALOG', sk: 'GENERATIONS' },
  is: 'which generations of the read models exist: the only row of its kind, of no tenant',
  life: 'mutable',
  changed:
    '`npm run rebuild`; the projection, when it meets a read model that is new or behind; if its revision is still the one that was read',
  deleted: 'never',
  unique: 'the key is constant',
  schema: StoredCatalog,
  notes: {
    revision: { meaning: 'number of its changes', changes: 'with each change, by 1' },
    views: {
      meaning: 'by read model: live, being built, kept for a rollback, known to lack events',
      changes: 'with each step of a rebuild',
    },
  },
  example: () => [
    replaceCatalog({ stats: { live: 1, building: { generation: 2, since: later }, highest: 2 } }, noCatalog),
  ],
})

const hour = rowKind({
  name: 'active hour',
  table: 'Views',
  key: { pk: ['TENANT#{tenant}#DASHBOARD', 'TENANT#{tenant}#DASHBOARD@{generation}'], sk: 'HOUR#{hour}#{shard}' },
  is: 'what happened in one hour to an eighth of a tenant’s tickets, in one generation of the dashboard',
  life: 'mutable',
  changed: 'the projection, with the checkpoint in one transaction; if it still has the changes that were read',
  deleted: rebuildable,
  unique: 'tenant, generation, hour and shard: the key',
  schema: ActiveHour,
  notes: {
    hour: 'the hour, UTC',
    changes: { meaning: 'number of additions', changes: 'with each addition, by 1' },
    quarters: { meaning: 'by quarter of the hour: what happened', changes: 'with each addition' },
  },
  stored: { tenant: tenantNote },
  example: () => [
    addToHour(tenant, 1, undefined, { at, ticketId: ids.ticket, contributions: [{ at, activity: { opened: 1 } }] }),
  ],
})

const tracked = rowKind({
  name: 'tracked ticket',
  table: 'Views',
  key: {
    pk: ['TENANT#{tenant}#DASHBOARD#TICKET#{ticketId}', 'TENANT#{tenant}#DASHBOARD@{generation}#TICKET#{ticketId}'],
    sk: 'TRACKED',
  },
  is: 'what one generation of the dashboard remembers of one ticket',
  life: 'mutable',
  changed: 'the projection, with the checkpoint in one transaction; if it is still as it was read',
  deleted: rebuildable,
  unique: 'generation and ticket: the key',
  schema: TrackedTicket,
  notes: {
    seq: { meaning: 'number of the event that last changed it', changes: 'with each change' },
    openedAt: 'when the ticket was opened',
    requester: person('who opened it'),
    priority: { meaning: 'priority that it was opened with', changes: 'when that is corrected' },
    firstAnsweredAt: {
      meaning: 'event time of the first answer',
      changes: 'with the first, and with one that was written before it and recorded later',
      absent: 'until then',
    },
    resolvedAt: {
      meaning: 'when it was first resolved',
      changes: 'once, and when that is taken back as wrongly recorded',
      absent: 'until then',
    },
    resolvedSeq: { meaning: 'number of the event that resolved it', changes: 'with it', absent: 'until then' },
  },
  stored: { tenant: tenantNote },
  example: () => [
    putTracked(tenant, ids.ticket, 1, undefined, {
      seq: 1,
      openedAt: at,
      requester: 'carla',
      priority: 'normal',
    }),
  ],
})

const searchText = 'what a person wrote, one word at a time, in the form in which words are compared'

const indexed = rowKind({
  name: 'indexed message',
  table: 'Views',
  key: {
    pk: ['TENANT#{tenant}#SEARCH#TICKET#{ticketId}', 'TENANT#{tenant}#SEARCH@{generation}#TICKET#{ticketId}'],
    sk: 'MESSAGE#{seq}',
  },
  is: 'the words of one message, in one generation of the search index',
  life: 'mutable',
  changed:
    'the projection of its event, and what removes or changes the text; if nothing was projected since it was read',
  deleted: 'when the text is gone, after its words; otherwise never. It can be rebuilt from `Events` and `Tickets`',
  unique: 'generation, ticket and number: the key',
  schema: IndexedMessage,
  notes: {
    ticketId: 'its ticket',
    seq: 'number of the event that the message belongs to',
    at: { meaning: 'when the message was received', changes: 'with the text' },
    title: { meaning: 'how often each word is in the title', personal: 'text', changes: 'with the text' },
    text: { meaning: 'how often each word is in the text', personal: 'text', changes: 'with the text' },
  },
  stored: { tenant: tenantNote },
  example: () => indexMessage(exampleRef, undefined, exampleMessage).slice(0, 1),
})

const found = rowKind({
  name: 'word of a message',
  table: 'Views',
  key: {
    pk: ['TENANT#{tenant}#SEARCH#WORD#{first}', 'TENANT#{tenant}#SEARCH@{generation}#WORD#{first}'],
    sk: '{word}#{at}#{ticketId}#{seq}',
  },
  is: 'that one word is in one message, in one generation of the search index; the newest message of a word comes last',
  life: 'mutable',
  changed: 'as the indexed message that lists it, in the same transaction or the one after it',
  deleted: 'when the word is not in the message any more; otherwise never',
  unique: 'generation, word and message: the key',
  schema: FoundWord,
  notes: {
    word: { meaning: searchText, personal: 'text' },
    ticketId: 'the ticket',
    seq: 'number of the event that the message belongs to',
    inTitle: { meaning: 'how often it is in the title', changes: 'with the text' },
    inText: { meaning: 'how often it is in the text', changes: 'with the text' },
  },
  stored: { tenant: tenantNote },
  example: () => indexMessage(exampleRef, undefined, exampleMessage).slice(1, 2),
})

const exampleRef = { tenant, ticketId: ids.ticket, seq: 1, generation: 1 }
const exampleMessage = {
  ticket,
  message: {
    id: ids.message,
    kind: 'opening',
    ticketId: ids.ticket,
    seq: 1,
    author: 'carla',
    body: 'The totals are missing from every sheet.',
    createdAt: at,
  },
} as const

const workNotes = {
  seq: { meaning: 'number of the event that last changed it', changes: 'with each change' },
  ticketId: 'the ticket',
  status: { meaning: 'its status', changes: 'with the status' },
  priority: { meaning: 'its priority', changes: 'by a correction' },
  assignee: { ...person('who works on it'), changes: 'with each assignment', absent: 'while nobody does' },
  times: { ...person('who opened it, and when what is measured happened'), changes: 'once for each time' },
}

const exampleItem = {
  seq: 1,
  ticketId: ids.ticket,
  status: 'open',
  priority: 'normal',
  times: { requester: 'carla', priority: 'normal', openedAt: at },
} as const

const work = rowKind({
  name: 'item of the work list',
  table: 'Views',
  key: {
    pk: ['TENANT#{tenant}#WORK-LIST', 'TENANT#{tenant}#WORK-LIST@{generation}'],
    sk: '{urgency}#{openedAt}#{ticketId}',
  },
  is: 'one ticket that waits for an agent, in one generation of the work list: the most urgent first, then the oldest',
  life: 'mutable',
  changed: 'the projection, with what is known of the ticket',
  deleted: 'when the ticket is resolved or closed, or has another place in the order; otherwise never',
  unique: 'generation and ticket, by the row that says what is known of the ticket',
  schema: WorkItem,
  notes: workNotes,
  stored: { tenant: tenantNote },
  example: () => replaceWorkItem(tenant, 1, undefined, exampleItem).slice(1),
})

const workTicket = rowKind({
  name: 'ticket of the work list',
  table: 'Views',
  key: {
    pk: ['TENANT#{tenant}#WORK-LIST#TICKET#{ticketId}', 'TENANT#{tenant}#WORK-LIST@{generation}#TICKET#{ticketId}'],
    sk: 'ITEM',
  },
  is: 'what one generation of the work list knows of one ticket, whatever its status',
  life: 'mutable',
  changed: 'the projection, with the checkpoint in one transaction; if it is still as it was read',
  deleted: rebuildable,
  unique: 'generation and ticket: the key',
  schema: WorkItem,
  notes: workNotes,
  stored: { tenant: tenantNote },
  example: () => replaceWorkItem(tenant, 1, undefined, exampleItem).slice(0, 1),
})

export const viewKinds = [stats, hour, tracked, indexed, found, work, workTicket, projections, catalog]
