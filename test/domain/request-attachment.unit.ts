import { describe, it } from 'vitest'
import { requestAttachment } from '../../domain/request-attachment.ts'
import { carl, carla, changedTicket, command, given, now, ticket } from './given.ts'

describe('requesting an attachment', () => {
  const declaration = {
    fileName: 'fire.png',
    contentType: 'image/png' as const,
    sizeBytes: 1234,
    sha256: 'ab'.repeat(32),
  }

  it('records the declared file under a fresh id; the event leaves out its name', () => {
    const attachment = {
      id: 'new-target',
      ticketId: 't1',
      seq: 8,
      ...declaration,
      state: 'requested',
      requestedBy: 'carla',
      requestedAt: now,
    } as const
    given({ ticket: ticket() })
      .when(requestAttachment, command(carla, declaration))
      .thenChanged(
        {
          type: 'ticket.attachment_requested',
          data: { attachmentId: 'new-target', contentType: 'image/png', sizeBytes: 1234 },
        },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket() },
          { operation: 'put', entity: 'attachment', attachment },
        ],
        { attachment, ticket: changedTicket() },
      )
  })

  it('is refused on a closed ticket', () => {
    given({ ticket: ticket({ status: 'closed' }) })
      .when(requestAttachment, command(carla, declaration))
      .thenRefused({ why: 'ticket-closed' })
  })

  it('does not find another customer’s ticket', () => {
    given({ ticket: ticket() })
      .when(requestAttachment, command(carl, declaration))
      .thenRefused({ why: 'not-found', what: 'ticket' })
  })
})
