import { recordMail } from '../../tables/notices.ts'
import { type ForwardPlan, skip, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { MailResult } from './mail.ts'
import type { PostedNotice } from './notice.ts'
import type { TicketNotice } from './ticket-notice.ts'

/** Records the e-mail's outcome on the notice, for recipients who have one. */
export async function recordDelivery({
  saga,
  input,
  results: { notice, mail },
}: StepContext<TicketNotice, { notice: PostedNotice; mail: MailResult }>): Promise<ForwardPlan<null>> {
  if (!('noticeId' in notice)) return skip(null)
  const owner = { tenant: saga.tenant, userId: input.recipient }
  return write([recordMail(owner, notice.noticeId, mail.mail)], null)
}
