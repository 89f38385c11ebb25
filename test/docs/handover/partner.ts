import { call, type Plan } from '../../../sagas/plan.ts'
import type { StepContext } from '../../../sagas/saga.ts'
import type { TicketHandover } from './ticket-handover.ts'

/** `id` is the same in every attempt, so that the partner can recognize a copy. Throws when the outcome is unknown. */
export interface Partner {
  take(ticket: { id: string; ticketId: string }): Promise<'taken' | 'not-ours'>
}

export async function handToPartner({
  saga,
  input,
  tools,
}: StepContext<TicketHandover, unknown, { partner: Partner }>): Promise<Plan<{ partner: 'taken' }>> {
  return call(async () => {
    const answer = await tools.partner.take({ id: saga.id, ticketId: input.ticketId })
    if (answer === 'not-ours') return { status: 'refused', why: 'the partner does not take this ticket' }
    return { status: 'done', result: { partner: answer } }
  })
}
