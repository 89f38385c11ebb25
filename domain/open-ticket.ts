import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision } from './decision.ts'
import { gradeOf, type Priority } from './priority-scale.ts'
import type { Ticket } from './ticket.ts'

export interface OpenTicket extends CommandMetadata {
  title: string
  body: string
  priority: Priority
}

/** Opens a ticket. Its body becomes the first message. */
export function openTicket(
  _: object,
  { title, body, priority, by, at, ids }: OpenTicket,
): Decision<Ticket & { body: string }> {
  const ticket: Ticket = {
    id: ids.target,
    title,
    status: 'open',
    priority,
    requester: by.id,
    priorityScale: { ...gradeOf(priority, 'requested'), since: { seq: 1, at } },
    version: 1,
    openedAt: at,
    updatedAt: at,
  }
  const opening = {
    id: ids.message,
    kind: 'opening',
    ticketId: ticket.id,
    seq: 1,
    author: by.id,
    body,
    createdAt: at,
  } as const
  return changed(
    { type: 'ticket.opened', data: { priority, requester: by.id, messageId: opening.id } },
    [
      { operation: 'put', entity: 'ticket', ticket },
      { operation: 'put', entity: 'message', message: opening },
    ],
    { ...ticket, body },
  )
}
