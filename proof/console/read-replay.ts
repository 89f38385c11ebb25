import type { Replay, ReplayQuery, TicketAtPoint } from '../../console/wire-tables.ts'
import { readEvents } from '../../tables/events.ts'
import type { Store } from '../../tables/store.ts'
import { tenantOfTicket } from '../replay/find-ticket.ts'
import { changedFacts, type TicketThen, ticketAt } from '../replay/replay-ticket.ts'

/** More would not be read by anybody. */
const eventsShownMax = 100

/**
 * A ticket at one point of its history and what differs from another, the event before by default. A point that lies behind the end is the
 * end. Undefined when there is no such ticket.
 */
export async function readReplay(
  store: Store,
  { ticket, tenant: given, to: wantedTo, from: wantedFrom }: ReplayQuery,
): Promise<Replay | undefined> {
  const tenant = given ?? (await tenantOfTicket(store, ticket))
  const history = tenant === undefined ? [] : await readEvents(store, tenant, { type: 'ticket', id: ticket })
  const last = history.at(-1)?.seq
  if (tenant === undefined || last === undefined) return undefined
  const to = ticketAt(history, Math.min(wantedTo ?? last, last))
  const from = ticketAt(history, Math.min(wantedFrom ?? Math.max(0, to.seq - 1), last))
  const [earlier, later] = [from.seq, to.seq].toSorted((a, b) => a - b) as [number, number]
  const events = history.filter(({ seq }) => seq > earlier && seq <= later).toReversed()
  return {
    ticket,
    tenant,
    last,
    to: toPoint(to),
    from: toPoint(from),
    changes: changedFacts(from, to),
    events: events.slice(0, eventsShownMax).map(({ seq, recordedAt, type, actor, correlationId, data }) => ({
      seq,
      recordedAt,
      type,
      actor,
      correlationId,
      data,
    })),
  }
}

function toPoint({ seq, recordedAt, facts }: TicketThen): TicketAtPoint {
  return { seq, facts: { ...facts }, ...(recordedAt !== undefined && { recordedAt }) }
}
