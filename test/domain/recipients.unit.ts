import { describe, expect, it } from 'vitest'
import type { Fact } from '../../domain/event.ts'
import { recipientsOf } from '../../domain/recipients.ts'
import { history } from './given.ts'

const ticket = { type: 'ticket', id: 't1' } as const
type By = Fact & { by?: string }
const opened: By = { type: 'ticket.opened', data: { priority: 'normal', requester: 'carla', messageId: 'm' } }
const assigned: By = { type: 'ticket.assigned', data: { assignee: 'agnes' }, by: 'ada' }
const followed = (userId: string): By => ({ type: 'ticket.follower_added', data: { userId }, by: userId })
const unfollowed = (userId: string): By => ({ type: 'ticket.follower_removed', data: { userId }, by: userId })
const commentBy = (by: string): By => ({ type: 'ticket.comment_added', data: { messageId: 'm' }, by })
const recipients = (...facts: By[]) => recipientsOf(history(ticket, facts))

describe('the recipients of an event', () => {
  it('are requester, assignee and followers, in this order', () => {
    expect(recipients(opened, assigned, followed('alan'), followed('ann'), commentBy('ada'))).toEqual([
      'carla',
      'agnes',
      'alan',
      'ann',
    ])
  })

  it.each(['carla', 'agnes', 'alan'])('do not include its actor: %s', (actor) => {
    const others = ['carla', 'agnes', 'alan'].filter((userId) => userId !== actor)
    expect(recipients(opened, assigned, followed('alan'), commentBy(actor))).toEqual(others)
  })

  it('include each user once, even one who is requester, assignee and follower', () => {
    const self: By = { type: 'ticket.assigned', data: { assignee: 'carla' }, by: 'ada' }
    expect(recipients(opened, self, followed('carla'), commentBy('ada'))).toEqual(['carla'])
  })

  it('are those of that time: a new assignee is included, a former one and a former follower are not', () => {
    const reassigned: By = { type: 'ticket.assigned', data: { assignee: 'alan', previous: 'agnes' }, by: 'ada' }
    expect(recipients(opened, assigned, followed('ann'), unfollowed('ann'), reassigned)).toEqual(['carla', 'alan'])
  })

  it('are none for a requested attachment, which shows nothing yet', () => {
    const file = { attachmentId: 'a1', contentType: 'image/png', sizeBytes: 1 } as const
    expect(recipients(opened, assigned, { type: 'ticket.attachment_requested', data: file })).toEqual([])
    expect(recipients(opened, assigned, { type: 'ticket.attachment_added', data: file })).toEqual(['agnes'])
    expect(recipients(opened, assigned, { type: 'ticket.attachment_removal_requested', data: file })).toEqual([])
    expect(recipients(opened, assigned, { type: 'ticket.attachment_removed', data: file })).toEqual(['agnes'])
  })

  it('are none for a correction, unless whoever made it asked for that; then the wrong assignee is not one of them', () => {
    const data = { corrects: { seq: 2 }, from: { assignee: 'agnes' }, to: { assignee: 'alan' }, messageId: 'm' }
    expect(recipients(opened, assigned, { type: 'ticket.corrected', data, by: 'ada' })).toEqual([])
    const told: By = { type: 'ticket.corrected', data: { ...data, notify: true }, by: 'ada' }
    expect(recipients(opened, assigned, told)).toEqual(['carla', 'alan'])
  })

  it('are none for an empty history', () => {
    expect(recipients()).toEqual([])
  })
})
