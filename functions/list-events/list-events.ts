import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { EventResource, toEventResource } from '../../app/http/event-resource.ts'
import { pageQuery, pageSchema, toPage } from '../../app/http/page.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { Problem } from '../../app/http/problem.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { eventRow, eventsQuery, parseEvent } from '../../tables/events.ts'
import { queryRows } from '../../tables/query-rows.ts'
import type { Store } from '../../tables/store.ts'
import { messageRow } from '../../tables/tickets.ts'

/** A ticket's events, oldest first. Events contain no text, so the reasons are read from their message rows. */
export const listEvents = readEndpoint('list-events', {
  summary: "List a ticket's events, oldest first",
  roles: everyRole,
  params: ticketParams,
  query: z.strictObject(pageQuery),
  async respond({ ticketId, cursor, limit, caller }, store) {
    const { version } = await readVisibleTicket(store, caller, ticketId)
    const { tenant } = caller
    const scope = ['events', tenant, ticketId]
    // DynamoDB refuses a start key outside of the range: of a forged position, or of an event that a restore has removed.
    const afterSeq = decodeCursor(cursor, scope, z.int().positive().max(version))
    const ticket = { type: 'ticket', id: ticketId } as const
    const after = afterSeq === undefined ? undefined : { ...eventRow(tenant, ticket, afterSeq).key }
    const query = eventsQuery(tenant, ticket, { from: 1, to: version })
    const rows = await queryRows(store, { ...query, limit: limit + 1, after }, limit + 1)
    const events = rows.map(parseEvent)
    const reasons = await readReasons(store, tenant, ticketId, events.slice(0, limit))
    const item = (event: DomainEvent) => toEventResource(event, reasons.get(event.seq))
    return jsonResponse(toPage(events, { limit, item, cursorAfter: ({ seq }) => encodeCursor(seq, scope) }))
  },
  success: { status: 200, schema: pageSchema(EventResource, 'EventPage') },
})

/** Reasons by the `seq` of their events, without those whose message no longer exists. Throws `unavailable`. */
async function readReasons(
  store: Store,
  tenant: string,
  ticketId: string,
  events: DomainEvent[],
): Promise<Map<number, string>> {
  const changes = events.filter(({ type }) => type === 'ticket.status_changed' || type === 'ticket.corrected')
  if (changes.length === 0) return new Map()
  const reads = changes.map(({ seq }) => messageRow(tenant, ticketId, seq))
  const outcome = await store.transactRead(reads)
  if (outcome.status !== 'read')
    throw new Problem('unavailable', 'The database is busy. Repeat the request in a moment.')
  return new Map(
    reads.flatMap((read, index) => {
      const row = outcome.rows[index]
      if (!row) return []
      const { seq, body } = read.parse(row)
      return [[seq, body] as const]
    }),
  )
}
