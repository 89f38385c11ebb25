import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addAttachment } from '../../domain/add-attachment.ts'
import { addComment } from '../../domain/add-comment.ts'
import { assignTicket } from '../../domain/assign-ticket.ts'
import type { Attachment } from '../../domain/attachment.ts'
import { changeStatus } from '../../domain/change-status.ts'
import { correctTicket } from '../../domain/correct-ticket.ts'
import type { CorrectableFacts } from '../../domain/correctable-facts.ts'
import type { Decision } from '../../domain/decision.ts'
import type { Fact } from '../../domain/event.ts'
import { foldTicket } from '../../domain/fold-ticket.ts'
import { followTicket } from '../../domain/follow-ticket.ts'
import { openTicket } from '../../domain/open-ticket.ts'
import { removeAttachment } from '../../domain/remove-attachment.ts'
import { requestAttachment } from '../../domain/request-attachment.ts'
import { requestRemoval } from '../../domain/request-removal.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { projectStats, type TicketStats } from '../../domain/ticket-stats.ts'
import { type Status, statuses } from '../../domain/ticket-status.ts'
import { unassignTicket } from '../../domain/unassign-ticket.ts'
import { unfollowTicket } from '../../domain/unfollow-ticket.ts'
import { ada, agnes, carla, command, history, now, user } from './given.ts'

type Step =
  | { do: 'comment' | 'request attachment' | 'add attachment' | 'remove attachment' | 'unassign' }
  | { do: 'change status'; to: Status }
  | { do: 'correct'; to: CorrectableFacts; back: number }
  | { do: 'assign' | 'follow' | 'unfollow'; userId: string }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('comment', 'unassign') }),
  // A file goes a long way from its request to its removal.
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('request attachment', 'add attachment', 'remove attachment') }),
  },
  fc.record({ do: fc.constant('change status' as const), to: fc.constantFrom(...statuses) }),
  fc.record({
    do: fc.constant('correct' as const),
    to: fc.oneof(
      fc.record({ priority: fc.constantFrom('low', 'high') }),
      fc.record({ assignee: fc.constantFrom('agnes', 'alan', null) }),
      fc.record({ status: fc.constantFrom(...statuses) }),
    ),
    back: fc.nat({ max: 3 }),
  }),
  fc.record({ do: fc.constantFrom('assign', 'follow', 'unfollow'), userId: fc.constantFrom('agnes', 'alan') }),
)

/** A ticket as its rows say, and every fact that was recorded on the way there. */
class LiveTicket {
  ticket: Ticket | undefined
  readonly followers = new Set<string>()
  readonly facts: Fact[] = []
  #attachment: Attachment | undefined

  constructor() {
    this.#store(openTicket({}, command(carla, { title: 'T', body: 'B', priority: 'normal' as const })))
  }

  take(step: Step): void {
    this.#store(this.#decide(step))
  }

  #decide(step: Step): Decision<unknown> {
    const { ticket } = this
    switch (step.do) {
      case 'comment':
        return addComment({ ticket }, command(agnes, { body: 'B' }))
      case 'change status':
        return changeStatus({ ticket }, command(agnes, { to: step.to, reason: 'R' }))
      case 'assign':
        return assignTicket({ ticket, assignee: user({ id: step.userId }) }, command(agnes, step))
      case 'correct': {
        // Some events back: often not the one that the fact is from.
        const seq = Math.max(1, this.facts.length - step.back)
        const assignee = user({ id: step.to.assignee ?? 'agnes' })
        const correction = command(ada, { corrects: { seq }, to: step.to, reason: 'R' })
        return correctTicket({ ticket, assignee }, correction, history(aggregate, this.facts).slice(seq - 1))
      }
      case 'unassign': {
        const userId = ticket?.assignee ?? 'agnes'
        const assignee = user({ id: userId, status: 'deactivated' })
        return unassignTicket({ ticket, assignee }, command(agnes, { userId }))
      }
      case 'follow':
        return followTicket(this.#follower(step.userId), command(agnes, step))
      case 'unfollow':
        return unfollowTicket(this.#follower(step.userId), command(agnes, step))
      case 'request attachment': {
        const file = { fileName: 'f.txt', contentType: 'text/plain' as const, sizeBytes: 1, sha256: 'ab'.repeat(32) }
        return requestAttachment({ ticket }, command(agnes, file))
      }
      case 'add attachment':
        return addAttachment({ ticket, attachment: this.#attachment }, command(agnes, {}))
      case 'remove attachment': {
        const attachment = this.#attachment
        return attachment?.removalSeq === undefined
          ? requestRemoval({ ticket, attachment }, command(agnes, {}))
          : removeAttachment({ ticket, attachment }, { at: now, removalSeq: attachment.removalSeq })
      }
      default:
        return step satisfies never
    }
  }

  #follower(userId: string) {
    const follower = this.followers.has(userId) ? { ticketId: 't1', userId, since: 's' } : undefined
    return { ticket: this.ticket, user: user({ id: userId }), follower }
  }

  #store(decision: Decision<unknown>): void {
    if (decision.outcome !== 'changed') return
    this.facts.push(decision.fact)
    for (const change of decision.changes) {
      if (change.operation === 'delete' && change.entity === 'follower') this.followers.delete(change.userId)
      if (change.operation !== 'put') continue
      if (change.entity === 'ticket') this.ticket = change.ticket
      if (change.entity === 'follower') this.followers.add(change.follower.userId)
      if (change.entity !== 'attachment') continue
      // The saga has inspected the file by the time it is added. One file at a time is followed, until it is removed.
      if (change.attachment.state !== 'requested') this.#attachment = change.attachment
      else if (this.#attachment?.state !== 'ready' && this.#attachment?.state !== 'removing')
        this.#attachment = { ...change.attachment, state: 'inspecting' }
    }
  }
}

function ticketAfter(steps: readonly Step[]): LiveTicket {
  const live = new LiveTicket()
  for (const next of steps) live.take(next)
  return live
}

const aggregate = { type: 'ticket', id: 't1' } as const

describe('the history of a ticket', () => {
  it('folds to the facts of its rows after any sequence of commands', () => {
    const recorded = new Set<string>()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) => {
        const { ticket, followers, facts } = ticketAfter(steps)
        for (const { type } of facts) recorded.add(type)
        const folded = foldTicket(history(aggregate, facts))
        expect(folded).toMatchObject({
          status: ticket?.status,
          priority: ticket?.priority,
          requester: ticket?.requester,
          version: ticket?.version,
        })
        expect(folded?.assignee).toBe(ticket?.assignee)
        expect(new Set(folded?.followers)).toEqual(followers)
      }),
      { numRuns: 300 },
    )
    expect([...recorded].toSorted()).toEqual([
      'ticket.assigned',
      'ticket.attachment_added',
      'ticket.attachment_removal_requested',
      'ticket.attachment_removed',
      'ticket.attachment_requested',
      'ticket.comment_added',
      'ticket.corrected',
      'ticket.follower_added',
      'ticket.follower_removed',
      'ticket.opened',
      'ticket.status_changed',
      'ticket.unassigned',
    ])
  })

  it('has one event for each version', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30, size: 'max' }), (steps) => {
        const { ticket, facts } = ticketAfter(steps)
        expect(ticket?.version).toBe(facts.length)
      }),
    )
  })

  it('projects to the counts of all tickets by status', () => {
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 10 }), { minLength: 1, maxLength: 5 }), (tickets) => {
        const all = tickets.map(ticketAfter)
        const events = all.flatMap(({ facts }) => history(aggregate, facts))
        const stats = events.reduce<TicketStats | undefined>(projectStats, undefined)
        const counts = Object.fromEntries(
          statuses.map((status) => [status, all.filter(({ ticket }) => ticket?.status === status).length]),
        )
        expect(stats).toMatchObject({ seq: events.length, counts })
      }),
    )
  })
})
