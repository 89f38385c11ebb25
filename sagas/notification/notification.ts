import { saga } from '../saga.ts'
import { releaseBudget, reserveBudget } from './budget.ts'
import { sendMail, whileMailIsDown } from './mail.ts'
import { postNotice, withdrawNotice } from './notice.ts'
import { recordDelivery } from './record.ts'
import { TicketNotice } from './ticket-notice.ts'

/** Notifies one person of one event, in the app and by e-mail. A refused e-mail compensates the notice and the budget. */
export const notification = saga('notification', TicketNotice)
  .compensatable('budget', { do: reserveBudget, undo: releaseBudget })
  .compensatable('notice', { do: postNotice, undo: withdrawNotice })
  .pivot('mail', { do: sendMail, timeoutSeconds: 15, retry: whileMailIsDown })
  .retriable('record', { do: recordDelivery })
