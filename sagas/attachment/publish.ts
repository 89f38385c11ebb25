import { addAttachment } from '../../domain/add-attachment.ts'
import { closeUpload } from '../../tables/attachment-quota.ts'
import type { Plan } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import { planTicketChange, readTicketAndAttachment } from './ticket-writes.ts'
import type { AttachmentTools } from './tools.ts'

/** The pivot: the file becomes part of its ticket, and its upload slot is free for the next one. */
export async function publish(
  context: StepContext<RequestedAttachment, unknown, AttachmentTools>,
): Promise<Plan<{ seq: number }>> {
  const { saga, store, nowMs, tools } = context
  const { ticket, attachment } = await readTicketAndAttachment(store, tools.runtime, refOf(context))
  const decision = addAttachment({ ticket, attachment }, { at: new Date(nowMs).toISOString() })
  if (!attachment) throw new Error('the attachment has no row')
  const more = closeUpload(saga.tenant, attachment)
  return planTicketChange(context, { ticket, decision, actor: attachment.requestedBy, more })
}
