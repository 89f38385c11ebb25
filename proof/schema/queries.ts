import { releasePage } from '../../app/release-sagas.ts'
import { countedSagasMax } from '../../functions/list-holds/list-holds.ts'
import { blockedQuery, everyBlockedCheckpoint } from '../../tables/checkpoints.ts'
import { hoursQuery } from '../../tables/dashboard.ts'
import { eventsQuery } from '../../tables/events.ts'
import { everyLiveSaga, liveSagasQuery } from '../../tables/live-sagas.ts'
import { noticesQuery } from '../../tables/notices.ts'
import { wholeOutbox } from '../../tables/outbox.ts'
import { sagasQuery } from '../../tables/sagas.ts'
import { wordQuery } from '../../tables/search.ts'
import type { Query, ScanRequest } from '../../tables/store.ts'
import { followersQuery, messagesQuery, ticketsQuery } from '../../tables/tickets.ts'
import { everyUnconfirmed } from '../../tables/unconfirmed.ts'
import { statsQuery } from '../../tables/views.ts'
import { workListQuery } from '../../tables/work-list.ts'
import { ids, tenant, ticketRef } from './example.ts'

/** One way in which functions read many rows. */
export interface CommonQuery {
  /** What it answers, as a noun phrase. */
  asks: string
  request: Query | ScanRequest
  how: 'query' | 'scan'
  /** Rows that it reads at most at once: a page of the API and one row more. Undefined where a page is as large as DynamoDB makes it. */
  limit?: number
  /** How many rows it usually finds, and why no more. */
  expects: string
  /** The functions that make it. */
  owners: readonly string[]
}

/** A page of 25, and one row more, which says whether another page follows. */
const page = 26

/** Rows read at once where a filter is applied afterwards. */
const filteredPage = 100

/** Followed consumers miss few events; this is what a poison event of a busy ticket leaves behind. */
const missed = { from: 2, to: 11 }

const ordered = ['project-views', 'reconcile-consumers', 'reconcile-data', 'unassign-tickets']

/** They also ask whether the view is behind or blocked. */
const viewReaders = ['get-dashboard', 'get-stats', 'get-work-list', 'search-tickets']

/** Every query and scan that any function may make: a test compares with app/functions.ts. */
export const commonQueries: readonly CommonQuery[] = [
  {
    asks: 'the tickets of a tenant, newest first',
    request: ticketsQuery(tenant),
    how: 'query',
    limit: page,
    expects: 'a full page',
    owners: ['list-tickets', ...viewReaders],
  },
  {
    asks: 'those with one status',
    request: ticketsQuery(tenant, { by: 'status', value: 'open' }),
    how: 'query',
    limit: page,
    expects: 'a full page',
    owners: ['list-tickets'],
  },
  {
    asks: 'those of one assignee',
    request: ticketsQuery(tenant, { by: 'assignee', value: 'ada' }),
    how: 'query',
    limit: page,
    expects: 'tens',
    owners: ['list-tickets', 'unassign-tickets', 'reconcile-consumers', 'reconcile-data'],
  },
  {
    asks: 'those of one requester that have one status: one filter is the index, the other is applied to what is read',
    request: {
      ...ticketsQuery(tenant, { by: 'requester', value: 'carla' }),
      filter: { attribute: 'status', equals: 'closed' },
    },
    how: 'query',
    limit: filteredPage,
    expects: 'a few; at most 10 pages per request, then the cursor goes on',
    owners: ['list-tickets', 'search-tickets'],
  },
  {
    asks: 'the keys of one assignee’s tickets that are not closed',
    request: ticketsQuery(tenant, { by: 'openAssignee', value: 'ada' }),
    how: 'query',
    expects: 'tens, once per deactivation',
    owners: ['unassign-tickets', 'reconcile-consumers', 'reconcile-data'],
  },
  {
    asks: 'the comments of a ticket, oldest first',
    request: { ...messagesQuery(tenant, ids.ticket), filter: { attribute: 'kind', equals: 'comment' } },
    how: 'query',
    limit: page,
    expects: 'ten',
    owners: ['list-comments'],
  },
  {
    asks: 'one comment by its id: all messages of the ticket are read, as their keys are positions',
    request: { ...messagesQuery(tenant, ids.ticket), filter: { attribute: 'id', equals: 'message-30' } },
    how: 'query',
    expects: 'one',
    owners: ['get-comment'],
  },
  {
    asks: 'the followers of a ticket',
    request: followersQuery(tenant, ids.ticket),
    how: 'query',
    expects: 'two or three, at most 50',
    owners: ['start-saga', 'reconcile-consumers', 'reconcile-data'],
  },
  {
    asks: 'the history of a ticket',
    request: eventsQuery(tenant, ticketRef),
    how: 'query',
    limit: page,
    expects: 'twenty, at most 11,000',
    owners: ['list-events', 'correct-ticket', 'get-ticket-sla'],
  },
  {
    asks: 'the events that a consumer has missed',
    request: eventsQuery(tenant, ticketRef, missed),
    how: 'query',
    expects: 'none; some after an outage',
    owners: [...ordered, 'start-saga', 'reconcile-data'],
  },
  {
    asks: 'the notices of a person, newest first',
    request: noticesQuery({ tenant, userId: 'carla' }),
    how: 'query',
    limit: page,
    expects: 'a full page',
    owners: ['list-notices'],
  },
  {
    asks: 'the sagas of a ticket, newest first',
    request: sagasQuery(tenant, ticketRef),
    how: 'query',
    limit: page,
    expects: 'one or two per event',
    owners: ['list-sagas'],
  },
  {
    asks: 'the keys of the sagas of a tenant that have not ended, newest first',
    request: liveSagasQuery(tenant),
    how: 'query',
    limit: filteredPage,
    expects: 'those under way; in an outage, thousands',
    owners: ['list-live-sagas', 'wake-saga', 'reconcile-consumers'],
  },
  {
    asks: 'the oldest of them, of which those that wait for a release are counted',
    request: { ...liveSagasQuery(tenant), descending: false },
    how: 'query',
    limit: countedSagasMax,
    expects: 'one page, however many there are',
    owners: ['list-holds'],
  },
  {
    asks: 'the same, the oldest first: those that wait for a release go on',
    request: { ...liveSagasQuery(tenant), descending: false },
    how: 'query',
    limit: releasePage,
    expects: 'those under way; in an outage, thousands, a page at a time',
    owners: ['wake-saga'],
  },
  {
    asks: 'the counts of a tenant',
    request: statsQuery(tenant),
    how: 'query',
    expects: 'eight shards at most',
    owners: viewReaders,
  },
  {
    asks: 'what happened in a month',
    request: hoursQuery(tenant, 1, { from: '2026-03-01T00:00:00.000Z', to: '2026-03-31T23:59:59.999Z' }),
    how: 'query',
    expects: 'up to eight rows per hour with activity',
    owners: ['get-dashboard'],
  },
  {
    asks: 'the messages with one word, newest first',
    request: wordQuery(tenant, 1, 'totals'),
    how: 'query',
    limit: 501,
    expects: 'tens; at most 500, and the answer says when there are more',
    owners: ['search-tickets'],
  },
  {
    asks: 'the blocked aggregates of a tenant',
    request: blockedQuery(tenant),
    how: 'query',
    limit: page,
    expects: 'none',
    owners: ['list-blocked-aggregates'],
  },
  {
    asks: 'the blocked aggregates of a tenant in one consumer',
    request: blockedQuery(tenant, 'project-views'),
    how: 'query',
    expects: 'none',
    owners: viewReaders,
  },
  {
    asks: 'the tickets that wait for an agent, the most urgent first',
    request: workListQuery(tenant, 1),
    how: 'query',
    limit: page,
    expects: 'a full page',
    owners: ['get-work-list'],
  },
  {
    asks: 'every event that is not in every queue, of all tenants',
    request: wholeOutbox,
    how: 'scan',
    expects: 'none to some: the table holds what is on its way',
    owners: ['sweep-outbox'],
  },
  {
    asks: 'every event that is not confirmed, of all tenants',
    request: everyUnconfirmed,
    how: 'scan',
    expects: 'those of the last minutes',
    owners: ['reconcile-consumers'],
  },
  {
    asks: 'the keys of every saga that has not ended',
    request: everyLiveSaga,
    how: 'scan',
    expects: 'those under way',
    owners: ['reconcile-sagas', 'reconcile-data'],
  },
  {
    asks: 'every blocked aggregate',
    request: everyBlockedCheckpoint,
    how: 'scan',
    expects: 'none',
    owners: ['reconcile-consumers'],
  },
  {
    asks: 'whether anything was ever projected',
    request: { table: 'Views' },
    how: 'scan',
    limit: 1,
    expects: 'one row, once per environment and read model',
    owners: ['project-views', 'reconcile-consumers', 'reconcile-data'],
  },
  {
    asks: 'every ticket with its rows, every user and all settings, of all tenants',
    request: { table: 'Tickets' },
    how: 'scan',
    expects: 'all: reconciliation goes through them page by page, and keeps its position',
    owners: ['reconcile-data'],
  },
  {
    asks: 'every counter, of all tenants',
    request: { table: 'Quotas' },
    how: 'scan',
    expects: 'all: reconciliation goes through them page by page, and keeps its position',
    owners: ['reconcile-data'],
  },
]

/** The action of app/functions.ts that allows the query. */
export function actionOf({ how, request }: CommonQuery): string {
  const action = how === 'query' ? 'Query' : 'Scan'
  return request.index === undefined ? action : `${action} ${request.index}`
}
