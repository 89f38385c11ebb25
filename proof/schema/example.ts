import { toEvent } from '../../domain/event.ts'
import type { Ticket } from '../../domain/ticket.ts'

/** What the examples of docs/schema.md are made of. */
export const tenant = 'acme'
export const at = '2026-03-01T12:00:00.000Z'
export const atMs = Date.parse(at)
export const later = '2026-03-01T12:05:00.000Z'

export const ids = {
  ticket: '5b2a6c1e-0f4d-4c55-9d3b-0a1f2e3d4c5b',
  message: '9f1d2c3b-4a59-4687-b7c6-d5e4f3a2b1c0',
  attachment: '3e8f7a6b-5c4d-4e2f-8a1b-0c9d8e7f6a5b',
  event: 'c4b3a291-8071-4f5e-9d4c-3b2a19087f6e',
  correlation: '1d2e3f40-5162-4738-9a4b-5c6d7e8f9a0b',
  token: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
} as const

export const ticket: Ticket = {
  id: ids.ticket,
  title: 'The export of last month has no totals',
  status: 'in_progress',
  priority: 'normal',
  requester: 'carla',
  assignee: 'ada',
  version: 1,
  openedAt: at,
  updatedAt: at,
}

export const ticketRef = { type: 'ticket', id: ids.ticket } as const

export const opened = toEvent(
  { type: 'ticket.opened', data: { priority: 'normal', requester: 'carla', messageId: ids.message } },
  {
    id: ids.event,
    tenant,
    aggregate: ticketRef,
    seq: 1,
    actor: 'carla',
    occurredAt: at,
    recordedAt: at,
    correlationId: ids.correlation,
  },
  undefined,
)
