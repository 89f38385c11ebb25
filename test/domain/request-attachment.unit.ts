import { describe, expect, it } from 'vitest'
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
      isCounted: true,
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
          { operation: 'reserve', entity: 'upload', userId: 'carla', sizeBytes: 1234 },
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

  const full = 10 * 10 * 1024 * 1024
  it.each([
    [
      'the person has ten uploads in progress',
      { person: { openUploads: 10, usedBytes: 10 } },
      { why: 'too-many-uploads', max: 10 } as const,
    ],
    [
      'the file exceeds the bytes of the person',
      { person: { openUploads: 0, usedBytes: full - 1233 } },
      { why: 'attachment-quota-used-up', whose: 'person', maxBytes: full } as const,
    ],
    [
      'the file exceeds the bytes of the tenant',
      { tenant: { usedBytes: 10 * full - 1233 } },
      { why: 'attachment-quota-used-up', whose: 'tenant', maxBytes: 10 * full } as const,
    ],
  ])('is refused when %s', (_, usage, refusal) => {
    given({ ticket: ticket(), ...usage })
      .when(requestAttachment, command(carla, declaration))
      .thenRefused(refusal)
  })

  it('is accepted for the last file that fits', () => {
    const usage = { person: { openUploads: 9, usedBytes: full - 1234 }, tenant: { usedBytes: 10 * full - 1234 } }
    const decision = requestAttachment({ ticket: ticket(), ...usage }, command(carla, declaration))
    expect(decision.outcome).toBe('changed')
  })
})
