import { describe, it } from 'vitest'
import { attachmentStates } from '../../domain/attachment.ts'
import { removeAttachment } from '../../domain/remove-attachment.ts'
import { attachment, changedTicket, given, now, ticket } from './given.ts'

const removing = attachment({ state: 'removing', removalSeq: 7, removalRequestedBy: 'carla' })
const command = { at: now, removalSeq: 7 }

describe('removing an attachment', () => {
  it('makes a marked file removed and increments the version of the ticket', () => {
    const removed = attachment({ ...removing, state: 'removed', removedAt: now })
    given({ ticket: ticket(), attachment: removing })
      .when(removeAttachment, command)
      .thenChanged(
        {
          type: 'ticket.attachment_removed',
          data: { attachmentId: 'a1', contentType: 'image/png', sizeBytes: 1234 },
        },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket() },
          { operation: 'put', entity: 'attachment', attachment: removed },
        ],
        removed,
      )
  })

  it('is refused when the ticket was closed in the meantime', () => {
    given({ ticket: ticket({ status: 'closed' }), attachment: removing })
      .when(removeAttachment, command)
      .thenRefused({ why: 'ticket-closed' })
  })

  it('takes place on a closed ticket when the system takes the file back, and says why', () => {
    const found = attachment({ ...removing, removalWhy: 'infected' })
    const removed = attachment({ ...found, state: 'removed', removedAt: now })
    given({ ticket: ticket({ status: 'closed' }), attachment: found })
      .when(removeAttachment, command)
      .thenChanged(
        {
          type: 'ticket.attachment_removed',
          data: { attachmentId: 'a1', contentType: 'image/png', sizeBytes: 1234, why: 'infected' },
        },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket({ status: 'closed' }) },
          { operation: 'put', entity: 'attachment', attachment: removed },
        ],
        removed,
      )
  })

  it('is refused for a file that another removal has marked', () => {
    given({ ticket: ticket(), attachment: attachment({ ...removing, removalSeq: 9 }) })
      .when(removeAttachment, command)
      .thenRefused({ why: 'not-found', what: 'attachment' })
  })

  it.each(attachmentStates.filter((state) => state !== 'removing'))('is refused for a file that is %s', (state) => {
    given({ ticket: ticket(), attachment: attachment({ ...removing, state }) })
      .when(removeAttachment, command)
      .thenRefused({ why: 'not-found', what: 'attachment' })
  })

  it('is refused when ticket or attachment does not exist', () => {
    given({ attachment: removing }).when(removeAttachment, command).thenRefused({ why: 'not-found', what: 'ticket' })
    given({ ticket: ticket() }).when(removeAttachment, command).thenRefused({ why: 'not-found', what: 'attachment' })
  })
})
