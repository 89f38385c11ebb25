import { TrackedTicket } from '../../../domain/dashboard.ts'
import { TicketStats } from '../../../domain/ticket-stats.ts'
import { ActiveHour, addToHour, putTracked } from '../../../tables/dashboard.ts'
import { noProjections, Projections, replaceProjections } from '../../../tables/projections.ts'
import { noCatalog, replaceCatalog, StoredCatalog } from '../../../tables/view-catalog.ts'
import { putStats } from '../../../tables/views.ts'
import { at, ids, later, tenant } from '../example.ts'
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
    seq: { says: 'number of events that it reflects', changes: 'with each event, by 1' },
    asOf: { says: 'time of the newest of them', changes: 'with each event' },
    counts: { says: 'tickets by status', changes: 'with each event' },
  },
  stored: { tenant: tenantNote },
  example: () => [
    putStats(tenant, 3, {
      seq: 1,
      asOf: at,
      counts: { open: 1, in_progress: 0, waiting_for_customer: 0, resolved: 0, closed: 0 },
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
    revision: { says: 'number of its changes', changes: 'with each change, by 1' },
    seqs: { says: 'by generation, as in `stats@2`; a missing one reflects no event', changes: 'with each event' },
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
    revision: { says: 'number of its changes', changes: 'with each change, by 1' },
    views: {
      says: 'by read model: live, being built, kept for a rollback, known to lack events',
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
    changes: { says: 'number of additions', changes: 'with each addition, by 1' },
    quarters: { says: 'by quarter of the hour: what happened', changes: 'with each addition' },
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
    seq: { says: 'number of the event that last changed it', changes: 'with each change' },
    openedAt: 'when the ticket was opened',
    requester: person('who opened it'),
    priority: 'priority that it was opened with',
    firstAnsweredAt: {
      says: 'event time of the first answer',
      changes: 'with the first, and with one that was written before it and recorded later',
      absent: 'until then',
    },
    resolvedAt: { says: 'when it was first resolved', changes: 'once', absent: 'until then' },
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

export const viewKinds = [stats, hour, tracked, projections, catalog]
