import { describe, expect, it } from 'vitest'
import { attachmentStates } from '../../domain/attachment.ts'
import { takeBack } from '../../domain/take-back.ts'
import { ticketEventsMax } from '../../domain/ticket-limits.ts'
import { statuses } from '../../domain/ticket-status.ts'
import { attachment, changedTicket, given, now, ticket } from './given.ts'

const infection = 'Late'
const data = { attachmentId: 'a1', contentType: 'image/png', sizeBytes: 1234, why: 'infected' } as const
const mark = {
  state: 'removing',
  removalRequestedBy: 'steadfast:system',
  removalWhy: 'infected',
  reason: 'the file is infected: Late',
} as const

describe('taking back a file in which malware was found', () => {
  it.each(statuses)('marks a ready file of a ticket that is %s, with the number of the event', (status) => {
    const found = { ...attachment({ state: 'ready' }), infection }
    given({ ticket: ticket({ status }), attachment: found })
      .when(takeBack, { at: now })
      .thenChanged(
        { type: 'ticket.attachment_removal_requested', data },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket({ status }) },
          { operation: 'put', entity: 'attachment', attachment: { ...found, ...mark, removalSeq: 8 } as typeof found },
        ],
        changedTicket({ status }),
      )
  })

  it('takes over a removal that a person requested', () => {
    const found = {
      ...attachment({ state: 'removing', removalSeq: 5, removalRequestedBy: 'carla' }),
      infection,
    }
    given({ ticket: ticket(), attachment: found })
      .when(takeBack, { at: now })
      .thenChanged(
        { type: 'ticket.attachment_removal_requested', data },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket() },
          { operation: 'put', entity: 'attachment', attachment: { ...found, ...mark, removalSeq: 8 } as typeof found },
        ],
        changedTicket(),
      )
  })

  it('is not refused on a ticket that takes no more events', () => {
    const full = ticket({ version: 2 * ticketEventsMax })
    const { outcome } = takeBack(
      { ticket: full, attachment: { ...attachment({ state: 'ready' }), infection } },
      { at: now },
    )
    expect(outcome).toBe('changed')
  })

  it('changes nothing while the system is taking the file back', () => {
    const found = { ...attachment({ ...mark, removalSeq: 5 }), infection }
    given({ ticket: ticket(), attachment: found }).when(takeBack, { at: now }).thenUnchanged(ticket())
  })

  it('changes nothing for a file in which no malware was found', () => {
    given({ ticket: ticket(), attachment: attachment({ state: 'ready' }) })
      .when(takeBack, { at: now })
      .thenUnchanged(ticket())
  })

  it.each(attachmentStates.filter((state) => state !== 'ready' && state !== 'removing'))(
    'changes nothing for a file that is %s',
    (state) => {
      given({ ticket: ticket(), attachment: { ...attachment({ state }), infection } })
        .when(takeBack, { at: now })
        .thenUnchanged(ticket())
    },
  )

  it('does not find a file or a ticket that does not exist', () => {
    given({ ticket: ticket() }).when(takeBack, { at: now }).thenRefused({ why: 'not-found', what: 'attachment' })
    given({}).when(takeBack, { at: now }).thenRefused({ why: 'not-found', what: 'ticket' })
  })
})
