import type { RequestTimeline, TimelineQuery, Timelines } from '../../console/wire-timeline.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import { correlationIdPattern } from '../../domain/trace.ts'
import { readEvents } from '../../tables/events.ts'
import { parseRequestRecord } from '../../tables/request-keys.ts'
import type { Row, Store } from '../../tables/store.ts'
import { tenantOfTicket } from '../replay/find-ticket.ts'
import type { Target } from '../target.ts'
import { readDuplicates, wholeIds } from '../timeline/log-lines.ts'
import { readTimeline } from '../timeline/read-timeline.ts'
import { inOrder } from '../timeline/step.ts'
import { toLaneStep } from './lane-step.ts'

/** More would not fit on a page; the newest are kept. */
const requestsMax = 12
/** Pages of request keys that are searched for one: enough for what people try by hand. */
const keyPagesMax = 40

/** What one request, or each of a ticket, led to. Undefined when no request has the id, or its logs have expired. */
export async function readTimelines(target: Target, query: TimelineQuery): Promise<Timelines | undefined> {
  if ('ticket' in query) return ofTicket(target, query.ticket)
  const id = 'key' in query ? await idOfKey(target.store, query.key) : await firstId(target, query.correlation)
  if (id === undefined) return undefined
  const request = await readRequest(target, id)
  if (request.steps.length === 0) return undefined
  return { of: 'key' in query ? `key ${query.key}` : `request ${id}`, requests: [request], leftOut: 0 }
}

async function ofTicket(target: Target, id: string): Promise<Timelines | undefined> {
  const tenant = await tenantOfTicket(target.store, id)
  if (tenant === undefined) return undefined
  const ticket: AggregateRef = { type: 'ticket', id }
  const events = await readEvents(target.store, tenant, ticket)
  const ids = [...new Set(events.map(({ correlationId }) => correlationId))]
  const requests: RequestTimeline[] = []
  // One after the other: each reads files and tables of a stack that has other work.
  for (const each of ids.slice(-requestsMax)) requests.push(await readRequest(target, each))
  return { of: `ticket ${id}`, requests, leftOut: Math.max(0, ids.length - requestsMax) }
}

/** Its steps, and those of the duplicates that met its answer. */
async function readRequest(target: Target, correlationId: string): Promise<RequestTimeline> {
  const steps = await readTimeline(target, correlationId, Date.now() - searchedMs)
  const duplicates = await readDuplicates(target, correlationId)
  const tenant = steps.map(({ facts }) => facts.tenant).find((each) => typeof each === 'string')
  return { correlationId, steps: inOrder([...steps, ...duplicates]).map((step) => toLaneStep(step, tenant)) }
}

const searchedMs = 24 * 3_600_000

/** The id of the first request, of which the given one may be a duplicate; a beginning that is unique will do. */
async function firstId(target: Target, text: string): Promise<string | undefined> {
  if (!correlationIdPattern.test(text)) return undefined
  const [id, ...others] = await wholeIds(target, text)
  if (id === undefined || others.length > 0) return id === text ? id : undefined
  const steps = await readTimeline(target, id, Date.now() - searchedMs)
  const first = steps.map(({ facts }) => facts.firstCorrelationId).find((each) => typeof each === 'string')
  return first ?? id
}

/** The correlation id of the request that an Idempotency-Key was sent with, whoever sent it. */
async function idOfKey(store: Store, key: string): Promise<string | undefined> {
  let after: Row | undefined
  for (let page = 0; page < keyPagesMax; page++) {
    const { rows, next } = await store.scan({ table: 'RequestKeys', after })
    const found = rows.find(({ pk }) => String(pk).endsWith(`#${key}`))
    if (found) return parseRequestRecord(found).correlationId
    if (!next) return undefined
    after = next
  }
  return undefined
}
