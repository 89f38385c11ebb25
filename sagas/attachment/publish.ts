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
 * The point of no return: the file becomes part of its ticket. Metadata, the ticket's new version, the event and its outbox row are one
 * transaction with the step's fence, by the rules of every other write; who loses a race for the ticket's version decides anew.
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
  if (snapshot.status !== 'read') throw new Error('ticket and attachment were being written all the time')
  const { ticket, attachment } = snapshot.rows
  const at = new Date(nowMs).toISOString()
  const decision = addAttachment({ ticket, attachment }, { at })
  if (decision.outcome === 'refused')
    return refuse(decision.refusal.why === 'ticket-closed' ? 'the ticket was closed meanwhile' : 'the ticket is gone')
  if (decision.outcome !== 'changed' || !ticket || !attachment) throw new Error('a file is always a change')
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
