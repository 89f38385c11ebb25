import { describe, expect, it } from 'vitest'
import { eventData, type Fact } from '../../domain/event.ts'
import { evolve, foldTicket } from '../../domain/fold-ticket.ts'
import { before, history } from './given.ts'

const ticket = { type: 'ticket', id: 't1' } as const
const opened: Fact = {
  type: 'ticket.opened',
  data: { priority: 'high', requester: 'carla', messageId: 'm1' },
}
const file = { attachmentId: 'a1', contentType: 'image/png', sizeBytes: 1 } as const
const fold = (...facts: Fact[]) => foldTicket(history(ticket, facts))

describe('folding a ticket', () => {
  it('begins with an open ticket of the requester', () => {
    expect(fold(opened)).toEqual({
      status: 'open',
      priority: 'high',
      requester: 'carla',
      followers: [],
      version: 1,
      openedAt: before,
      updatedAt: before,
    })
  })

  it.each<[name: string, fact: Fact, facts: object]>([
    ['a comment', { type: 'ticket.comment_added', data: { messageId: 'm2' } }, {}],
    ['a requested attachment', { type: 'ticket.attachment_requested', data: file }, {}],
    ['an attachment', { type: 'ticket.attachment_added', data: file }, {}],
    ['a requested removal', { type: 'ticket.attachment_removal_requested', data: file }, {}],
    ['a removed attachment', { type: 'ticket.attachment_removed', data: file }, {}],
    [
      'a new status',
      { type: 'ticket.status_changed', data: { from: 'open', to: 'resolved', messageId: 'm2' } },
      { status: 'resolved' },
    ],
    ['an assignee', { type: 'ticket.assigned', data: { assignee: 'agnes' } }, { assignee: 'agnes' }],
    [
      'a correction',
      {
        type: 'ticket.corrected',
        data: { corrects: { seq: 1 }, from: { priority: 'high' }, to: { priority: 'low' }, messageId: 'm2' },
      },
      { priority: 'low' },
    ],
    ['a follower', { type: 'ticket.follower_added', data: { userId: 'alan' } }, { followers: ['alan'] }],
  ])('applies %s, and nothing else changes but version and time', (_, fact, facts) => {
    const updatedAt = '2026-03-01T11:01:00.000Z'
    expect(fold(opened, fact)).toEqual({ ...fold(opened), ...facts, version: 2, updatedAt })
  })

  it('applies that the assignee was removed', () => {
    const assigned: Fact = { type: 'ticket.assigned', data: { assignee: 'agnes' } }
    const unassigned: Fact = { type: 'ticket.unassigned', data: { previous: 'agnes', why: 'user_deactivated' } }
    expect(fold(opened, assigned, unassigned)).not.toHaveProperty('assignee')
  })

  it('applies that a follower was removed, and keeps the others', () => {
    const follow = (userId: string): Fact => ({ type: 'ticket.follower_added', data: { userId } })
    const removed: Fact = { type: 'ticket.follower_removed', data: { userId: 'alan' } }
    expect(fold(opened, follow('alan'), follow('ada'), removed)?.followers).toEqual(['ada'])
  })

  it('is undefined for an empty history', () => {
    expect(fold()).toBeUndefined()
  })

  it('throws on a gap and on a repeated event', () => {
    const [first, second, third] = history(ticket, [
      opened,
      { type: 'ticket.comment_added', data: { messageId: 'm2' } },
      { type: 'ticket.comment_added', data: { messageId: 'm3' } },
    ])
    if (!first || !second || !third) throw new Error('too few events')
    expect(() => foldTicket([first, third])).toThrow('event 3 where event 2 must be')
    expect(() => foldTicket([first, second, second])).toThrow('event 2 where event 3 must be')
    expect(() => foldTicket([second])).toThrow('event 2 where event 1 must be')
  })

  it('throws when the history does not begin with ticket.opened', () => {
    expect(() => fold({ type: 'ticket.comment_added', data: { messageId: 'm1' } })).toThrow(/begins with/)
  })

  it.each(Object.keys(eventData).filter((type) => !type.startsWith('ticket.')))(
    'throws on an event of another aggregate: %s',
    (type) => {
      const [first, second] = history(ticket, [opened, { type, data: {} } as Fact])
      if (!first || !second) throw new Error('too few events')
      expect(() => evolve(evolve(undefined, first), second)).toThrow(`${type} is not an event of a ticket`)
    },
  )
})
