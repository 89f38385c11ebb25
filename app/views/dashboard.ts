import { trackTicket } from '../../domain/dashboard.ts'
import type { EventType } from '../../domain/event.ts'
import { addToHour, hourOf, hourRow, putTracked, trackedRow } from '../../tables/dashboard.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Write } from '../../tables/store.ts'
import { type Projection, projectOrPoison } from './projection.ts'

const concerning: readonly EventType[] = [
  'ticket.opened',
  'ticket.comment_added',
  'ticket.status_changed',
  'ticket.corrected',
]

/** What happens in a tenant per quarter of an hour: tickets opened and closed, the times to the first answer and to the resolution. */
export const dashboardProjection: Projection = {
  view: 'dashboard',
  aggregates: ['ticket'],
  concerns: ({ type }) => concerning.includes(type),
  async project(store, event, generation) {
    const { tenant, aggregate } = event
    const ticketId = aggregate.id
    const before = await readRow(store, trackedRow(tenant, ticketId, generation))
    const { ticket, contributions } = projectOrPoison('dashboard', () => trackTicket(before, event))
    const byHour = Map.groupBy(contributions, ({ at }) => hourOf(at))
    const hours = [...byHour.values()].map(async (ofHour): Promise<Write> => {
      const address = { at: ofHour[0]?.at ?? event.occurredAt, ticketId }
      const hour = await readRow(store, hourRow(tenant, address, generation))
      return addToHour(tenant, generation, hour, { ...address, contributions: ofHour })
    })
    const tracked = ticket === before ? [] : [putTracked(tenant, ticketId, generation, before, ticket)]
    return [...tracked, ...(await Promise.all(hours))]
  },
}
