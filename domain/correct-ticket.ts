import { maySee } from './actor.ts'
import { causeOf, statusChangeOf } from './causes.ts'
import { nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { type CorrectableFacts, factNames, pickFacts } from './correctable-facts.ts'
import { changed, type Decision, type Refusal, refused, unchanged } from './decision.ts'
import type { DomainEvent } from './event.ts'
import { gradeOf } from './priority-scale.ts'
import type { Message, Ticket } from './ticket.ts'
import { roomRefusal } from './ticket-limits.ts'
import { canBeAssigned, type User } from './user.ts'

export interface CorrectTicket extends CommandMetadata {
  /** The event that recorded what is wrong. */
  corrects: { seq: number }
  /** What it should have recorded: at least one fact. */
  to: CorrectableFacts
  reason: string
  /** Whether the people whom the ticket concerns are notified; by default nobody is. */
  notify?: boolean | undefined
}

/**
 * Sets right what an event recorded wrongly, by an event of its own: history stays as it is. Refused when another event has set one of the
 * facts since, as a later change must win. Facts that are right already stay as they are. A status can only go back to the one before the
 * event, as the transition table does not apply; a closed ticket can be corrected, as that is no work on it. `events` are those from the
 * one to be corrected up to the ticket's version.
 */
export function correctTicket(
  { ticket, assignee }: TicketState & { assignee?: User | undefined },
  { corrects, to, reason, notify, by, at, ids }: CorrectTicket,
  events: readonly DomainEvent[],
): Decision<Ticket> {
  if (!ticket || !maySee(by, ticket)) return refused({ why: 'not-found', what: 'ticket' })
  const wrong = factNames.filter((name) => to[name] !== undefined && to[name] !== (ticket[name] ?? null))
  if (wrong.length === 0) return unchanged(ticket)
  for (const fact of wrong) {
    const cause = causeOf(fact, events)
    if (cause?.seq !== corrects.seq)
      return refused({ why: 'not-the-cause', fact, seq: corrects.seq, causeSeq: cause?.seq })
  }
  const facts = Object.fromEntries(wrong.map((name) => [name, to[name]])) as CorrectableFacts
  const refusal = statusRefusal(ticket, facts, events) ?? assigneeRefusal(facts, assignee)
  if (refusal) return refused(refusal)
  const full = roomRefusal(ticket, 'handling')
  if (full) return refused(full)
  const { assignee: before, ...others } = nextVersion(ticket, at)
  const after = facts.assignee === undefined ? before : facts.assignee
  const corrected: Ticket = {
    ...others,
    ...(facts.status && { status: facts.status }),
    ...(facts.priority && {
      priority: facts.priority,
      priorityScale: { ...gradeOf(facts.priority, 'corrected'), since: { seq: others.version, at } },
    }),
    ...(after && { assignee: after }),
  }
  const message: Message = {
    id: ids.message,
    kind: 'reason',
    ticketId: ticket.id,
    seq: corrected.version,
    author: by.id,
    body: reason,
    createdAt: at,
  }
  const from = pickFacts(ticket, wrong)
  return changed(
    {
      type: 'ticket.corrected',
      data: { corrects, from, to: facts, messageId: message.id, ...(notify && { notify: true }) },
    },
    [
      { operation: 'put', entity: 'ticket', ticket: corrected },
      { operation: 'put', entity: 'message', message },
    ],
    corrected,
  )
}

function statusRefusal(ticket: Ticket, { status }: CorrectableFacts, [wrong]: readonly DomainEvent[]) {
  if (!status || (wrong && statusChangeOf(wrong)?.from === status)) return undefined
  return { why: 'transition-not-allowed', from: ticket.status, to: status } satisfies Refusal
}

function assigneeRefusal({ assignee: userId }: CorrectableFacts, user: User | undefined) {
  if (!userId || (user?.id === userId && canBeAssigned(user))) return undefined
  return { why: 'assignee-not-assignable', userId, pointer: '/to/assignee' } satisfies Refusal
}
