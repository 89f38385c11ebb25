import { describe, it } from 'vitest'
import { attachmentStates } from '../../domain/attachment.ts'
import { requestRemoval } from '../../domain/request-removal.ts'
import { ada, agnes, attachment, carl, carla, changedTicket, command, given, now, ticket } from './given.ts'

const ready = attachment({ state: 'ready', readyAt: now })

describe('requesting the removal of an attachment', () => {
  it.each([
    ['its uploader', carla],
    ['an agent', agnes],
    ['an admin', ada],
  ])('marks a ready file as removing, with the number of the event, for %s', (_, by) => {
    const removing = attachment({
      state: 'removing',
      readyAt: now,
      removalSeq: 8,
      removalRequestedBy: by.id,
    })
    given({ ticket: ticket(), attachment: ready })
      .when(requestRemoval, command(by, {}))
      .thenChanged(
        {
          type: 'ticket.attachment_removal_requested',
          data: { attachmentId: 'a1', contentType: 'image/png', sizeBytes: 1234 },
        },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket() },
          { operation: 'put', entity: 'attachment', attachment: removing },
        ],
        { attachment: removing, ticket: changedTicket() },
      )
  })

  it('is forbidden to the customer of the ticket who did not upload the file', () => {
    given({ ticket: ticket(), attachment: attachment({ state: 'ready', requestedBy: 'agnes' }) })
      .when(requestRemoval, command(carla, {}))
      .thenRefused({ why: 'forbidden', detail: 'Customers may remove only the files that they uploaded.' })
  })

  it.each(['removing', 'removed'] as const)('changes nothing for a file that is %s', (state) => {
    const marked = attachment({ state, removalSeq: 3 })
    given({ ticket: ticket(), attachment: marked })
      .when(requestRemoval, command(carla, {}))
      .thenUnchanged({ attachment: marked, ticket: ticket() })
  })

  it.each(attachmentStates.filter((state) => !['ready', 'removing', 'removed'].includes(state)))(
    'is refused for a file that is %s',
    (state) => {
      given({ ticket: ticket(), attachment: attachment({ state }) })
        .when(requestRemoval, command(carla, {}))
        .thenRefused({ why: 'attachment-not-ready', state })
    },
  )

  it('is refused on a closed ticket', () => {
    given({ ticket: ticket({ status: 'closed' }), attachment: ready })
      .when(requestRemoval, command(carla, {}))
      .thenRefused({ why: 'ticket-closed' })
  })

  it('does not find another customer’s ticket, nor a file that the ticket does not have', () => {
    given({ ticket: ticket(), attachment: ready })
      .when(requestRemoval, command(carl, {}))
      .thenRefused({ why: 'not-found', what: 'ticket' })
    given({ ticket: ticket({ status: 'closed' }) })
      .when(requestRemoval, command(carla, {}))
      .thenRefused({ why: 'not-found', what: 'attachment' })
  })
})
