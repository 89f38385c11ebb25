import { describe, it } from 'vitest'
import { changeStatus } from '../../domain/change-status.ts'
import { type Status, statuses } from '../../domain/ticket-status.ts'
import { agnes, carl, carla, changedTicket, command, given, now, ticket } from './given.ts'
import { allowedTransitions } from './ticket-status.ts'

const change = (to: Status) => ({ to, reason: 'Because.' })
const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const))

describe('changing the status', () => {
  it.each(pairs.filter(([from, to]) => allowedTransitions.has(`${from} → ${to}`)))(
    'from %s to %s is recorded with its reason as a message',
    (from, to) => {
      given({ ticket: ticket({ status: from }) })
        .when(changeStatus, command(agnes, change(to)))
        .thenChanged(
          { type: 'ticket.status_changed', data: { from, to, messageId: 'new-message' } },
          [
            { operation: 'put', entity: 'ticket', ticket: changedTicket({ status: to }) },
            {
              operation: 'put',
              entity: 'message',
              message: {
                id: 'new-message',
                kind: 'reason',
                ticketId: 't1',
                seq: 8,
                author: 'agnes',
                body: 'Because.',
                createdAt: now,
              },
            },
          ],
          changedTicket({ status: to }),
        )
    },
  )

  it.each(pairs.filter(([from, to]) => from !== to && !allowedTransitions.has(`${from} → ${to}`)))(
    'from %s to %s is refused',
    (from, to) => {
      given({ ticket: ticket({ status: from }) })
        .when(changeStatus, command(agnes, change(to)))
        .thenRefused({ why: 'transition-not-allowed', from, to })
    },
  )

  it.each(statuses)('from %s to the same status changes nothing', (status) => {
    given({ ticket: ticket({ status }) })
      .when(changeStatus, command(carla, change(status)))
      .thenUnchanged(ticket({ status }))
  })

  it('does not find another customer’s ticket, even for the status it already has', () => {
    given({ ticket: ticket() })
      .when(changeStatus, command(carl, change('open')))
      .thenRefused({ why: 'not-found', what: 'ticket' })
  })

  it('does not find a ticket that does not exist', () => {
    given({})
      .when(changeStatus, command(agnes, change('resolved')))
      .thenRefused({ why: 'not-found', what: 'ticket' })
  })
})
