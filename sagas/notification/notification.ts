import * as z from 'zod'
import { ResourceId, UserId } from '../../domain/ids.ts'
import { saga } from '../saga.ts'
import { releaseBudget, reserveBudget } from './budget.ts'
import { sendMail, whileMailIsDown } from './mail.ts'
import { postNotice, withdrawNotice } from './notice.ts'
import { recordDelivery } from './record.ts'

/** One event, and one person to tell of it. What the ticket and the person are called is read when it is needed. */
export const TicketNotice = z.strictObject({
  type: z.string(),
  ticketId: ResourceId,
  seq: z.int().positive(),
  occurredAt: z.iso.datetime(),
  recipient: UserId,
})
export type TicketNotice = z.infer<typeof TicketNotice>

/** Tells one person of one event: in the app, and by e-mail where there is an address. Mail that is refused takes all of it back. */
export const notification = saga('notification', TicketNotice)
  .compensatable('budget', { do: reserveBudget, undo: releaseBudget })
  .compensatable('notice', { do: postNotice, undo: withdrawNotice })
  .pivot('mail', { do: sendMail, timeoutSeconds: 15, retry: whileMailIsDown })
  .retriable('record', { do: recordDelivery })
