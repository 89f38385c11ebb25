import { type ForwardPlan, write } from '../../../sagas/plan.ts'
import type { StepContext } from '../../../sagas/saga.ts'
import { noticeId, postNotice } from '../../../tables/notices.ts'
import type { TicketHandover } from './ticket-handover.ts'

/** The notice is written in one transaction with the step's fence: exactly once. */
export async function notifyRequester({ saga, input }: StepContext<TicketHandover>): Promise<ForwardPlan<null>> {
  const { ticketId, seq, requester, handedAt } = input
  const notice = {
    id: noticeId({ occurredAt: handedAt, sagaId: saga.id }),
    type: 'ticket.handed_over',
    ticketId,
    seq,
    createdAt: handedAt,
    correlationId: saga.correlationId,
  }
  return write([postNotice({ tenant: saga.tenant, userId: requester }, notice)], null)
}
