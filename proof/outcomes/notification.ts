import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { toWrite } from '../../tables/changes.ts'
import type { SagaHarness } from './saga-harness.ts'
import { at, commentedTicket, correlationId, tenant, ticket } from './ticket-fixture.ts'

/** Ann is notified of a comment. When the pivot is refused, the mail service rejects her address. */
export const notificationHarness: SagaHarness = {
  saga: notification,
  outsideCalls: { do: ['mail'], undo: [] },
  setUp(pivotIsRefused) {
    const mailer = new MemoryMailer()
    const { rows, comment } = commentedTicket('bob')
    const stored = { version: 1, openedAt: at, updatedAt: at, status: 'open', priority: 'normal' } as const
    const person = {
      role: 'customer',
      status: 'active',
      origin: 'admin',
      version: 1,
      createdAt: at,
      updatedAt: at,
    } as const
    const email = pivotIsRefused ? 'ann@bounce.example.com' : 'ann@example.com'
    const { type, seq, occurredAt } = comment
    return {
      start: {
        tenant,
        aggregate: ticket,
        eventId: comment.id,
        recipient: 'ann',
        correlationId,
        input: { type, ticketId: ticket.id, seq, occurredAt, recipient: 'ann' },
      },
      rows: [
        ...rows,
        toWrite(tenant, {
          operation: 'put',
          entity: 'ticket',
          ticket: { id: ticket.id, title: 'Printer on fire', requester: 'ann', ...stored },
        }),
        toWrite(tenant, { operation: 'put', entity: 'user', user: { id: 'ann', email, ...person } }),
      ],
      runner: ({ store, runtime, callOutside }) => {
        const faultyMailer = {
          send: (mail: Parameters<typeof mailer.send>[0]) => callOutside('mail', 'do', () => mailer.send(mail)),
        }
        return taskRunner(notification, {
          store,
          runtime,
          tools: { mailer: faultyMailer, mailFrom: 'a@example.com', runtime },
        })
      },
      acceptedIds: () => mailer.sent.map(({ id }) => id),
    }
  },
}
