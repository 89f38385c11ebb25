import { describe, it } from 'vitest'
import { addAttachment } from '../../domain/add-attachment.ts'
import { attachmentStates } from '../../domain/attachment.ts'
import { attachment, changedTicket, given, now, ticket } from './given.ts'

describe('adding an attachment', () => {
  it('makes an inspected file ready and increments the version of the ticket', () => {
    const ready = attachment({ state: 'ready', readyAt: now })
    given({ ticket: ticket(), attachment: attachment() })
      .when(addAttachment, { at: now })
      .thenChanged(
        {
          type: 'ticket.attachment_added',
          data: { attachmentId: 'a1', contentType: 'image/png', sizeBytes: 1234 },
        },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket() },
          { operation: 'put', entity: 'attachment', attachment: ready },
        ],
        ready,
      )
  })

  it('is refused when the ticket was closed in the meantime', () => {
    given({ ticket: ticket({ status: 'closed' }), attachment: attachment() })
      .when(addAttachment, { at: now })
      .thenRefused({ why: 'ticket-closed' })
  })

  it.each(attachmentStates.filter((state) => state !== 'inspecting'))('is refused for a file that is %s', (state) => {
    given({ ticket: ticket(), attachment: attachment({ state }) })
      .when(addAttachment, { at: now })
      .thenRefused({ why: 'not-found', what: 'ticket' })
  })

  it('is refused when ticket or attachment does not exist', () => {
    given({ attachment: attachment() })
      .when(addAttachment, { at: now })
      .thenRefused({ why: 'not-found', what: 'ticket' })
    given({ ticket: ticket() }).when(addAttachment, { at: now }).thenRefused({ why: 'not-found', what: 'ticket' })
  })
})
