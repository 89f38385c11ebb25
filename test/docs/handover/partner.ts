import { call, type Plan } from '../../../sagas/plan.ts'
import type { StepContext } from '../../../sagas/saga.ts'
import type { TicketHandover } from './ticket-handover.ts'

/** `id` is the same each time: by it the partner tells a second copy. Throws when nobody knows whether it arrived. */
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
    if (answer === 'not-ours') return { status: 'refused', why: 'the partner will not have it' }
    return { status: 'done', result: { partner: answer } }
  })
}
