import { recordMail } from '../../tables/notices.ts'
import { type ForwardPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { MailResult } from './mail.ts'
import type { PostedNotice } from './notice.ts'
import type { TicketNotice } from './notification.ts'

/** Lets the notice say what became of its e-mail. */
export async function recordDelivery({
  saga,
  input,
  results,
}: StepContext<TicketNotice, { notice: PostedNotice; mail: MailResult }>): Promise<ForwardPlan<null>> {
  const owner = { tenant: saga.tenant, userId: input.recipient }
  return write([recordMail(owner, results.notice.noticeId, results.mail.mail)], null)
}
