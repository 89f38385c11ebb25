import { noTickets } from '../../domain/ticket-stats.ts'
import { initialCheckpoint, replaceCheckpoint } from '../../tables/checkpoints.ts'
import { addToHour } from '../../tables/dashboard.ts'
import { appendEvent } from '../../tables/events.ts'
import { postNotice } from '../../tables/notices.ts'
import { putIntoOutbox } from '../../tables/outbox.ts'
import { createSaga } from '../../tables/sagas.ts'
import { indexMessage } from '../../tables/search.ts'
import type { Store, Write } from '../../tables/store.ts'
import { putFollower, putMessage, putTicket } from '../../tables/tickets.ts'
import { putUnconfirmed } from '../../tables/unconfirmed.ts'
import { putStats } from '../../tables/views.ts'
import { replaceWorkItem } from '../../tables/work-list.ts'
import { at, ids, later, opened, tenant, ticket, ticketRef } from './example.ts'
import { commonQueries } from './queries.ts'

/** What one execution of a query read: rows that it returned, and read units that DynamoDB counted. */
export interface MeasuredQuery {
  asks: string
  rows: number
  units: number
}

/** More than a page of everything, and of another tenant as well. */
const count = 60

const comment = `${'Thank you, we can see it too and are working on it. '.repeat(5)}We will write again today.`

/** Fills a store with usual rows, and executes each query once. `takeUnits` returns the read units since it was last called. */
export async function measureQueries(store: Store, takeUnits: () => number): Promise<MeasuredQuery[]> {
  for (const write of usualRows()) await store.write(write)
  const measured: MeasuredQuery[] = []
  for (const { asks, how, request, limit } of commonQueries) {
    takeUnits()
    const limited = { ...request, ...(limit !== undefined && { limit }) }
    const { rows } = how === 'query' && 'partition' in limited ? await store.query(limited) : await store.scan(limited)
    measured.push({ asks, rows: rows.length, units: takeUnits() })
  }
  return measured
}

function usualRows(): Write[] {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  const tickets = [tenant, 'other'].flatMap((owner) =>
    numbers.map((number) =>
      putTicket(owner, {
        ...ticket,
        id: `${ids.ticket.slice(0, -2)}${number + 10}`,
        status: number % 4 === 0 ? 'closed' : 'open',
      }),
    ),
  )
  const ofTicket = numbers.flatMap((number): Write[] => {
    const seq = number + 1
    const event = { ...opened, seq, type: 'ticket.comment_added' as const, data: { messageId: ids.message } }
    return [
      putMessage(tenant, {
        id: `message-${number}`,
        kind: 'comment',
        ticketId: ids.ticket,
        seq,
        author: 'ada',
        body: comment,
        createdAt: at,
      }),
      appendEvent(event),
      putIntoOutbox(event),
      putUnconfirmed(event, later),
      postNotice(
        { tenant, userId: 'carla' },
        {
          id: `20260301T1200${String(number).padStart(2, '0')}000Z-saga`,
          type: event.type,
          ticketId: ids.ticket,
          seq,
          createdAt: at,
          correlationId: ids.correlation,
        },
      ),
      createSaga({
        id: `saga-${number}`,
        tenant,
        name: 'notification',
        definition: '1f2e3d4c5b6a7980',
        input: { type: event.type, ticketId: ids.ticket, seq, occurredAt: at, recipient: 'carla' },
        aggregate: ticketRef,
        eventId: ids.event,
        recipient: 'carla',
        correlationId: ids.correlation,
        startedAt: at,
      }),
    ]
  })
  const followers = ['bob', 'cleo', 'dan'].map((userId) =>
    putFollower(tenant, { ticketId: ids.ticket, userId, since: at }),
  )
  const initial = initialCheckpoint('project-views', tenant, ticketRef)
  const blocked = replaceCheckpoint(initial, { ...initial, blockedAt: 1, highestSeen: 5 })
  const counts = { ...noTickets, open: 45, closed: 15 }
  const shards = numbers.slice(0, 8).map((number) => putStats(tenant, number - 1, { seq: 1, asOf: at, counts }))
  const hours = numbers.map((number) => {
    const hour = new Date(Date.parse(at) + number * 3_600_000).toISOString()
    const contributions = [{ at: hour, activity: { opened: 1 } }]
    return addToHour(tenant, 1, undefined, { at: hour, ticketId: ids.ticket, contributions })
  })
  const words = numbers.flatMap((number) => {
    const seq = number + 1
    const message = {
      id: 'm',
      kind: 'comment',
      ticketId: ids.ticket,
      seq,
      author: 'ada',
      body: 'Totals',
      createdAt: at,
    } as const
    return indexMessage({ tenant, ticketId: ids.ticket, seq, generation: 1 }, undefined, { ticket, message })
  })
  const work = numbers.flatMap((number) =>
    replaceWorkItem(tenant, 1, undefined, {
      seq: 1,
      ticketId: `${ids.ticket.slice(0, -2)}${number + 10}`,
      status: 'open',
      priority: 'normal',
      times: { requester: 'carla', priority: 'normal', openedAt: at },
    }),
  )
  return [...hours, ...words, ...work, ...tickets, ...ofTicket, ...followers, blocked, ...shards]
}
