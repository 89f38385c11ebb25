import { describe, expect, it } from 'vitest'
import { addComment } from '../../domain/add-comment.ts'
import { assignTicket } from '../../domain/assign-ticket.ts'
import { changeStatus } from '../../domain/change-status.ts'
import { followTicket } from '../../domain/follow-ticket.ts'
import { requestAttachment } from '../../domain/request-attachment.ts'
import { requestRemoval } from '../../domain/request-removal.ts'
import { followersMax, handlingEventsMax, ticketEventsMax } from '../../domain/ticket-limits.ts'
import { isTransitionAllowed, statuses } from '../../domain/ticket-status.ts'
import { unassignTicket } from '../../domain/unassign-ticket.ts'
import { unfollowTicket } from '../../domain/unfollow-ticket.ts'
import { agnes, attachment, command, given, ticket, user } from './given.ts'

const full = { why: 'ticket-full', max: ticketEventsMax } as const
const file = { fileName: 'a.txt', contentType: 'text/plain', sizeBytes: 1, sha256: 'ab'.repeat(32) } as const
const follower = { ticketId: 't1', userId: 'agnes', since: '2026-03-01T11:00:00.000Z' }
const atEvent = (version: number) => ({ ticket: ticket({ version }), user: user(), assignee: user() })

describe('a ticket with as many events as the limit', () => {
  it('takes the last event below the limit, and refuses comments, attachments and followers at it', () => {
    const comment = command(agnes, { body: 'Hello.' })
    expect(addComment(atEvent(ticketEventsMax - 1), comment).outcome).toBe('changed')
    given(atEvent(ticketEventsMax)).when(addComment, comment).thenRefused(full)
    given(atEvent(ticketEventsMax)).when(requestAttachment, command(agnes, file)).thenRefused(full)
    given(atEvent(ticketEventsMax))
      .when(followTicket, command(agnes, { userId: 'agnes' }))
      .thenRefused(full)
  })

  it('can still be assigned, moved and freed of files, within a reserve', () => {
    const assign = command(agnes, { userId: 'agnes' })
    const move = command(agnes, { to: 'in_progress' as const, reason: 'why' })
    const last = ticketEventsMax + handlingEventsMax
    expect(assignTicket(atEvent(last - 1), assign).outcome).toBe('changed')
    expect(changeStatus(atEvent(last - 1), move).outcome).toBe('changed')
    given(atEvent(last)).when(assignTicket, assign).thenRefused(full)
    given(atEvent(last)).when(changeStatus, move).thenRefused(full)
    const withFile = (version: number) => ({ ...atEvent(version), attachment: attachment({ state: 'ready' }) })
    expect(requestRemoval(withFile(last - 1), command(agnes, {})).outcome).toBe('changed')
    given(withFile(last)).when(requestRemoval, command(agnes, {})).thenRefused(full)
  })

  it.each(statuses)(
    'is never stuck: from %s it can be closed, however many events it has, in at most two more',
    (status) => {
      let current = ticket({ status, version: 2 * (ticketEventsMax + handlingEventsMax) })
      const before = current.version
      while (current.status !== 'closed') {
        const to = isTransitionAllowed(current.status, 'closed') ? 'closed' : 'resolved'
        const decision = changeStatus({ ticket: current }, command(agnes, { to, reason: 'why' }))
        if (decision.outcome !== 'changed') throw new Error(decision.outcome)
        current = decision.result
      }
      expect(current.version - before).toBeLessThanOrEqual(2)
    },
  )

  it('lets followers go, and loses a deactivated assignee', () => {
    const version = 2 * (ticketEventsMax + handlingEventsMax)
    const state = {
      ticket: ticket({ version, assignee: 'agnes' }),
      follower,
      assignee: user({ status: 'deactivated' }),
    }
    expect(unfollowTicket(state, command(agnes, { userId: 'agnes' })).outcome).toBe('changed')
    expect(unassignTicket(state, command(agnes, { userId: 'agnes' })).outcome).toBe('changed')
  })
})

describe('a ticket with as many followers as the limit', () => {
  const follow = command(agnes, { userId: 'agnes' })

  it('refuses one more, until one has left', () => {
    const crowded = ticket({ followerCount: followersMax })
    given({ ticket: crowded, user: user() })
      .when(followTicket, follow)
      .thenRefused({ why: 'too-many-followers', max: followersMax })
    const left = unfollowTicket({ ticket: crowded, follower }, follow)
    if (left.outcome !== 'changed') throw new Error(left.outcome)
    expect(left.result.followerCount).toBe(followersMax - 1)
    expect(followTicket({ ticket: left.result, user: user() }, follow).outcome).toBe('changed')
  })

  it('changes nothing for one who follows already', () => {
    const crowded = ticket({ followerCount: followersMax })
    given({ ticket: crowded, user: user(), follower }).when(followTicket, follow).thenUnchanged(crowded)
  })

  it('counts from 0 when it was stored before followers were counted', () => {
    const first = followTicket({ ticket: ticket(), user: user() }, follow)
    expect(first).toMatchObject({ result: { followerCount: 1 } })
    expect(unfollowTicket({ ticket: ticket(), follower }, follow)).toMatchObject({ result: { followerCount: 0 } })
  })
})
