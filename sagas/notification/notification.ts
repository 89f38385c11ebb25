import { saga } from '../saga.ts'
import { releaseBudget, reserveBudget } from './budget.ts'
import { sendMail, whileMailIsDown } from './mail.ts'
import { postNotice, withdrawNotice } from './notice.ts'
import { recordDelivery } from './record.ts'
import { TicketNotice } from './ticket-notice.ts'

/** Tells one person of one event: in the app, and by e-mail where there is an address. Mail that is refused takes all of it back. */
export const notification = saga('notification', TicketNotice)
  .compensatable('budget', { do: reserveBudget, undo: releaseBudget })
  .compensatable('notice', { do: postNotice, undo: withdrawNotice })
  .pivot('mail', { do: sendMail, timeoutSeconds: 15, retry: whileMailIsDown })
  .retriable('record', { do: recordDelivery })
