import { describe, it } from 'vitest'
import { openTicket } from '../../domain/open-ticket.ts'
import { carla, command, given, now } from './given.ts'

describe('opening a ticket', () => {
  it('creates an open ticket of the actor, with the body as its first message', () => {
    const ticket = {
      id: 'new-target',
      title: 'Printer on fire',
      status: 'open',
      priority: 'high',
      priorityScale: { level: 30, reason: 'requested', since: { seq: 1, at: now } },
      requester: 'carla',
      version: 1,
      openedAt: now,
      updatedAt: now,
    } as const
    given({})
      .when(openTicket, command(carla, { title: 'Printer on fire', body: 'It burns.', priority: 'high' as const }))
      .thenChanged(
        { type: 'ticket.opened', data: { priority: 'high', requester: 'carla', messageId: 'new-message' } },
        [
          { operation: 'put', entity: 'ticket', ticket },
          {
            operation: 'put',
            entity: 'message',
            message: {
              id: 'new-message',
              kind: 'opening',
              ticketId: 'new-target',
              seq: 1,
              author: 'carla',
              body: 'It burns.',
              createdAt: now,
            },
          },
        ],
        { ...ticket, body: 'It burns.' },
      )
  })
})
