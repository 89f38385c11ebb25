import { trackTicket } from '../../domain/dashboard.ts'
import type { EventType } from '../../domain/event.ts'
import { addToHour, hourRow, putTracked, trackedRow } from '../../tables/dashboard.ts'
import { readRow } from '../../tables/read-row.ts'
import { type Projection, projectOrPoison } from './projection.ts'

const concerning: readonly EventType[] = ['ticket.opened', 'ticket.comment_added', 'ticket.status_changed']

/** What happens in a tenant per quarter of an hour: tickets opened and closed, the times to the first answer and to the resolution. */
export const dashboardProjection: Projection = {
  view: 'dashboard',
  aggregates: ['ticket'],
  concerns: ({ type }) => concerning.includes(type),
  async project(store, event, generation) {
    const { tenant, aggregate, occurredAt: at } = event
    const ticketId = aggregate.id
    const before = await readRow(store, trackedRow(tenant, ticketId, generation))
    const { ticket, activity } = projectOrPoison('dashboard', () => trackTicket(before, event))
    if (!activity) return []
    const hour = await readRow(store, hourRow(tenant, { at, ticketId }, generation))
    return [
      ...(ticket === before ? [] : [putTracked(tenant, ticketId, generation, before, ticket)]),
      addToHour(tenant, generation, hour, { at, ticketId, activity }),
    ]
  },
}
