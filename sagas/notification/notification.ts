import { saga } from '../saga.ts'
import { releaseBudget, reserveBudget, whileBudgetIsUsedUp } from './budget.ts'
import { sendMail, whileMailIsDown } from './mail.ts'
import { postNotice, withdrawNotice } from './notice.ts'
import { recordDelivery } from './record.ts'
import { TicketNotice } from './ticket-notice.ts'

/**
 * Notifies one person of one event, in the app and by e-mail. The notice comes first: a used-up send budget delays the e-mail only. A
 * refused e-mail compensates the budget and the notice.
 */
export const notification = saga('notification', TicketNotice)
  .compensatable('notice', { do: postNotice, undo: withdrawNotice })
  .compensatable('budget', { do: reserveBudget, undo: releaseBudget, retry: whileBudgetIsUsedUp })
  .pivot('mail', { do: sendMail, dependency: () => 'mail', timeoutSeconds: 15, retry: whileMailIsDown })
  .retriable('record', { do: recordDelivery })
