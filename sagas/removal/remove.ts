import { removeAttachment } from '../../domain/remove-attachment.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { attachmentMissing, refOf } from '../attachment/read-attachment.ts'
import { planTicketChange, readTicketAndAttachment } from '../attachment/ticket-writes.ts'
import type { Plan } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { RequestedRemoval } from './requested-removal.ts'

/** The pivot: the file is no longer part of its ticket. Its row stays, as `removed`: it says who attached what, and references hold. */
export async function remove(
  context: StepContext<RequestedRemoval, unknown, { runtime: Runtime }>,
): Promise<Plan<{ seq: number }>> {
  const { store, nowMs, tools, input } = context
  const ref = refOf(context)
  const { ticket, attachment } = await readTicketAndAttachment(store, tools.runtime, ref)
  const decision = removeAttachment(
    { ticket, attachment },
    { at: new Date(nowMs).toISOString(), removalSeq: input.seq },
  )
  const actor = attachment?.removalRequestedBy ?? attachment?.requestedBy
  if (actor === undefined) throw attachmentMissing(ref)
  return planTicketChange(context, { ticket, decision, actor, more: [] })
}
