import { addAttachment } from '../../domain/add-attachment.ts'
import { toEvent } from '../../domain/event.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { changeWrites } from '../../tables/commit.ts'
import { Retries } from '../../tables/retries.ts'
import { readSnapshot } from '../../tables/snapshot.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { type Plan, refuse, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import type { AttachmentTools } from './tools.ts'

/**
 * The pivot: the file becomes part of its ticket. The attachment, the ticket's new version, the event and its outbox row are written in
 * one transaction with the step's fence, as by every other write. If another write takes the ticket's version first, the step decides again.
 */
export async function publish(
  context: StepContext<RequestedAttachment, unknown, AttachmentTools>,
): Promise<Plan<{ seq: number }>> {
  const { saga, store, nowMs } = context
  const { runtime } = context.tools
  const { tenant, correlationId } = saga
  const ref = refOf(context)
  const snapshot = await readSnapshot(store, new Retries(runtime), {
    ticket: ticketRow(tenant, ref.ticketId),
    attachment: attachmentRow(ref),
  })
  if (snapshot.status !== 'read')
    throw new Error('the ticket and the attachment could not be read: other transactions kept writing to them')
  const { ticket, attachment } = snapshot.rows
  const at = new Date(nowMs).toISOString()
  const decision = addAttachment({ ticket, attachment }, { at })
  if (decision.outcome === 'refused')
    return refuse(
      decision.refusal.why === 'ticket-closed'
        ? 'the ticket was closed in the meantime'
        : 'the ticket does not exist any more',
    )
  if (decision.outcome !== 'changed' || !ticket || !attachment)
    throw new Error('adding an attachment always changes its ticket')
  const event = toEvent(decision.fact, {
    id: runtime.newId(),
    tenant,
    aggregate: { type: 'ticket', id: ticket.id },
    seq: ticket.version + 1,
    actor: attachment.requestedBy,
    occurredAt: at,
    recordedAt: at,
    correlationId,
  })
  return write(changeWrites(tenant, decision.changes, event), { seq: event.seq })
}
