import { followersMax, ticketEventsMax } from '../../domain/ticket-limits.ts'
import { httpTimeoutSeconds, queueAgeAlarmSeconds } from '../../infra/limits.ts'
import { stages } from '../../infra/stages.ts'
import { viewShards } from '../../tables/views.ts'
import type { UseCase } from '../cost/usage.ts'
import type { ReadName } from './read-consistency.ts'

const { tenantLimits, throttling } = stages.prod

/** What bounds a write of a use case besides its price. */
export interface WriteLoad {
  grows: string
  skew: string
  latency: string
}

const inRequest = `in the request: ${httpTimeoutSeconds} s at most`
const background = `in the background: an alarm once the oldest has waited ${queueAgeAlarmSeconds} s`

export const writeLoads: Record<UseCase, WriteLoad> = {
  'open a ticket': {
    grows: 'with tickets, for ever: one header, message and event each',
    skew: `a tenant may send ${tenantLimits.requestsPerSecond} of ${throttling?.ratePerSecond} requests/s; its counts are in ${viewShards} shards`,
    latency: inRequest,
  },
  comment: {
    grows: `with comments; a ticket takes ${ticketEventsMax.toLocaleString('en')} events`,
    skew: 'writes to one ticket are one after the other, whoever sends them; tickets are independent',
    latency: inRequest,
  },
  duplicate: { grows: 'not at all', skew: 'as what it repeats', latency: inRequest },
  'notification saga': {
    grows: `with events times the people they concern, at most ${followersMax} followers`,
    skew: 'a tenant has an hourly budget of sends, in shards',
    latency: background,
  },
  'attachment saga': {
    grows: 'with files, up to the bytes of a tenant',
    skew: 'one counter of bytes per tenant: reservations of one tenant are one after the other',
    latency: `${background}; waits for the upload and its inspection`,
  },
  webhook: {
    grows: 'with events times endpoints, at most 20 per tenant',
    skew: 'a budget of its own per tenant: a dead endpoint delays nobody else’s',
    latency: background,
  },
}

/** How a read is used, and what bounds it. Frequencies are assumptions: no user has been observed yet. */
export interface ReadLoad {
  /** Per ticket of the month. */
  perTicket: number
  because: string
  skew: string
}

const ofOneTicket = 'evenly: a ticket is read by those whom it concerns'
const agentsOfTenant = 'with the agents of a tenant'

export const readLoads: Record<ReadName, ReadLoad> = {
  'get-ticket': {
    perTicket: 12,
    because: 'each of two people opens it after each of its five messages, and once more',
    skew: ofOneTicket,
  },
  'list-tickets': { perTicket: 10, because: 'somebody looks at a list before each opening', skew: agentsOfTenant },
  'list-events': { perTicket: 1, because: 'when something is unclear', skew: ofOneTicket },
  'list-comments': { perTicket: 12, because: 'with each opening', skew: ofOneTicket },
  'get-comment': { perTicket: 0.1, because: 'from a link', skew: ofOneTicket },
  'get-attachment': {
    perTicket: 1,
    because: 'five times per file: for its address, its state, and to read it',
    skew: ofOneTicket,
  },
  'get-user': { perTicket: 2, because: 'a name for an id, kept by the client', skew: agentsOfTenant },
  'list-notices': { perTicket: 10, because: 'with each list', skew: 'evenly over people' },
  'get-ticket-sla': { perTicket: 1, because: 'when it is near its target', skew: ofOneTicket },
  'list-sagas': { perTicket: 0.1, because: 'when something did not arrive', skew: ofOneTicket },
  'list-live-sagas': {
    perTicket: 0.01,
    because: 'an alarm, or somebody asks what is stuck',
    skew: 'an incident in one tenant',
  },
  'list-holds': { perTicket: 0.001, because: 'an outage of a third party', skew: 'an incident in one tenant' },
  'list-blocked-aggregates': {
    perTicket: 0.001,
    because: 'an alarm',
    skew: 'an incident in one tenant',
  },
  'get-saga': { perTicket: 0.1, because: 'when something did not arrive', skew: ofOneTicket },
  'get-resumption': {
    perTicket: 0.001,
    because: 'an operator watches a resumption',
    skew: 'an incident in one tenant',
  },
  'get-work-list': { perTicket: 6, because: 'an agent takes the next ticket', skew: agentsOfTenant },
  'search-tickets': {
    perTicket: 1,
    because: 'was this asked before?',
    skew: `${agentsOfTenant}; a frequent word reads 501 rows`,
  },
  'get-stats': { perTicket: 0.5, because: 'a screen on the wall', skew: agentsOfTenant },
  'get-dashboard': {
    perTicket: 0.1,
    because: 'a report of a team, of at most 31 days',
    skew: 'with the days asked for',
  },
  'get-openapi': { perTicket: 0.001, because: 'a developer', skew: 'none' },
}
