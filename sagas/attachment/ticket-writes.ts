import type { Decision, Refusal } from '../../domain/decision.ts'
import { toEvent } from '../../domain/event.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { traceOf } from '../../domain/trace.ts'
import { type ScannedAttachment, scannedAttachmentRow } from '../../tables/attachment-scans.ts'
import type { AttachmentRef } from '../../tables/attachments.ts'
import { changeWrites } from '../../tables/commit.ts'
import { Retries } from '../../tables/retries.ts'
import { requireSnapshot } from '../../tables/snapshot.ts'
import type { Store, Write } from '../../tables/store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { type Plan, refuse, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { AttachmentTools } from './tools.ts'

export interface TicketAndAttachment {
  ticket: Ticket | undefined
  attachment: ScannedAttachment | undefined
}

type Runtime = AttachmentTools['runtime']

/** Reads a ticket and one of its attachments as of one moment. Throws `Error` when other transactions leave no room. */
export function readTicketAndAttachment(
  store: Store,
  runtime: Runtime,
  ref: AttachmentRef,
): Promise<TicketAndAttachment> {
  const reads = { ticket: ticketRow(ref.tenant, ref.ticketId), attachment: scannedAttachmentRow(ref) }
  return requireSnapshot(store, new Retries(runtime), reads)
}

/**
 * The pivot of a saga that changes a ticket: changed rows, the ticket's new version, the event and its outbox row are written in one
 * transaction with the step's fence, as by every other write. If another write takes the ticket's version first, the step decides again.
 */
export function planTicketChange(
  { saga, nowMs, tools: { runtime } }: StepContext<unknown, unknown, { runtime: Runtime }>,
  {
    ticket,
    decision,
    actor,
    more,
  }: { ticket: Ticket | undefined; decision: Decision<unknown>; actor: string; more: Write[] },
): Plan<{ seq: number }> {
  if (decision.outcome === 'refused') return refuse(reasonOf(decision.refusal))
  if (decision.outcome !== 'changed' || !ticket) throw new Error('this decision always changes its ticket')
  const at = new Date(nowMs).toISOString()
  const envelope = {
    id: runtime.newId(),
    tenant: saga.tenant,
    aggregate: { type: 'ticket', id: ticket.id } as const,
    seq: ticket.version + 1,
    actor,
    occurredAt: at,
    recordedAt: at,
    ...traceOf(saga),
  }
  const event = toEvent(decision.fact, envelope, ticket.eventHash)
  return write([...changeWrites(saga.tenant, decision.changes, event), ...more], { seq: event.seq })
}

function reasonOf(refusal: Refusal): string {
  if (refusal.why === 'ticket-closed') return 'the ticket was closed in the meantime'
  if (refusal.why === 'not-found' && refusal.what === 'attachment') return 'another removal has taken over'
  return 'the ticket does not exist any more'
}
