import type { Row } from '../../../tables/store.ts'
import { anyRow, type Corruption, isHeader, ofType } from './corruption.ts'

export const ticketCorruptions: readonly Corruption[] = [
  {
    invariant: 1,
    what: 'an unknown status',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { status: 'lost' }),
  },
  {
    invariant: 1,
    what: 'a transition that is not allowed',
    corrupt: (tamper) =>
      tamper.change('Events', ofType('ticket.status_changed'), {
        data: { from: 'closed', to: 'resolved', messageId: 'm' },
      }),
  },
  {
    invariant: 1,
    what: 'a correction of what another event has set since',
    corrupt: (tamper) =>
      tamper.change('Events', isReopening, {
        type: 'ticket.corrected',
        data: { corrects: { seq: 1 }, from: { assignee: null }, to: { assignee: 'bob' }, messageId: 'm' },
      }),
  },
  {
    invariant: 1,
    what: 'a correction of what was never recorded',
    corrupt: (tamper) =>
      tamper.change('Events', isReopening, {
        type: 'ticket.corrected',
        data: { corrects: { seq: 1 }, from: { priority: 'low' }, to: { priority: 'high' }, messageId: 'm' },
      }),
  },
  {
    invariant: 1,
    what: 'a correction to a status that the ticket never had',
    corrupt: (tamper) =>
      tamper.change('Events', isReopening, {
        type: 'ticket.corrected',
        data: { corrects: { seq: 7 }, from: { status: 'closed' }, to: { status: 'open' }, messageId: 'm' },
      }),
  },
  { invariant: 1, what: 'a comment without its ticket', corrupt: (tamper) => tamper.remove('Tickets', isHeader) },
  {
    invariant: 1,
    what: 'an unknown assignee',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { assignee: 'nobody' }),
  },
  {
    invariant: 1,
    what: 'two users with one e-mail address',
    corrupt: (tamper) =>
      tamper.change('Tickets', (row) => row.sk === 'USER' && row.id === 'carla', { email: 'BOB@bounce.example.com' }),
  },
  {
    invariant: 1,
    what: 'a user whose e-mail address is not reserved',
    corrupt: (tamper) => tamper.remove('Tickets', ({ sk }) => sk === 'EMAIL'),
  },
  {
    invariant: 1,
    what: 'an e-mail address that is reserved for another user',
    corrupt: (tamper) =>
      tamper.change('Tickets', ({ sk, userId }) => sk === 'EMAIL' && userId === 'bob', { userId: 'carla' }),
  },
  {
    invariant: 3,
    what: 'an SLA policy that was edited past its events',
    corrupt: (tamper) => tamper.change('Tickets', ({ sk }) => sk === 'SLA_POLICIES', { policies: [] }),
  },
  {
    invariant: 3,
    what: 'a late comment that is listed nowhere',
    corrupt: (tamper) => tamper.remove('Tickets', ({ sk }) => String(sk).startsWith('LATE_COMMENT#')),
  },
  {
    invariant: 3,
    what: 'the place of a late comment that does not exist',
    corrupt: (tamper) =>
      tamper.copy('Tickets', ({ sk }) => String(sk).startsWith('LATE_COMMENT#'), {
        sk: 'LATE_COMMENT#2026-03-01T00:00:00.000Z#000000000009',
        occurredAt: '2026-03-01T00:00:00.000Z',
      }),
  },
  {
    invariant: 3,
    what: 'a late comment that was written at another time than its event says',
    corrupt: (tamper) =>
      tamper.change('Events', ({ receivedAt }) => receivedAt !== undefined, { occurredAt: '2026-02-28T00:00:00.000Z' }),
  },
  {
    invariant: 5,
    what: 'SLA policies without their newest event',
    corrupt: (tamper) => tamper.remove('Events', ofType('sla.policy_put')),
  },
  {
    invariant: 2,
    what: 'a gap in a history',
    corrupt: (tamper) => tamper.remove('Events', ofType('ticket.comment_added')),
  },
  {
    invariant: 3,
    what: 'a header that differs from its events',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { priority: 'urgent' }),
  },
  {
    invariant: 3,
    what: 'a header that counts more followers than there are',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { followerCount: 99 }),
  },
  { invariant: 3, what: 'a comment that is lost', corrupt: (tamper) => tamper.remove('Tickets', isComment) },
  {
    invariant: 3,
    what: 'a comment with another author than its event has',
    corrupt: (tamper) => tamper.change('Tickets', isComment, { author: 'ada' }),
  },
  {
    invariant: 3,
    what: 'a comment with another time than its event has',
    corrupt: (tamper) => tamper.change('Tickets', isComment, { createdAt: '2026-02-28T00:00:00.000Z' }),
  },
  {
    invariant: 3,
    what: 'a comment that is another than its event names',
    corrupt: (tamper) => tamper.change('Tickets', isComment, { id: 'other' }),
  },
  {
    invariant: 3,
    what: 'a follower whom no event added',
    corrupt: (tamper) => tamper.change('Tickets', isFollower, { userId: 'eve' }),
  },
  {
    invariant: 4,
    what: 'a comment on a closed ticket',
    corrupt: (tamper) =>
      tamper.change('Events', isReopening, { type: 'ticket.comment_added', data: { messageId: 'm' } }),
  },
  {
    invariant: 4,
    what: 'a comment on a ticket that was corrected while it was closed',
    corrupt: (tamper) =>
      tamper.change('Events', isReopening, {
        type: 'ticket.corrected',
        data: { corrects: { seq: 1 }, from: { priority: 'normal' }, to: { priority: 'high' }, messageId: 'm' },
      }),
  },
  {
    invariant: 4,
    what: 'a file that a person removed from a closed ticket',
    corrupt: (tamper) =>
      tamper.change('Events', isReopening, {
        type: 'ticket.attachment_removed',
        data: { attachmentId: 'a', contentType: 'image/png', sizeBytes: 1 },
      }),
  },
  {
    invariant: 5,
    what: 'a version without its event',
    corrupt: (tamper) => tamper.change('Tickets', isHeader, { version: 40 }),
  },
  {
    invariant: 5,
    what: 'events without their aggregate',
    corrupt: (tamper) => tamper.remove('Tickets', (row) => row.sk === 'USER'),
  },
  {
    invariant: 5,
    what: 'a saga whose resume has no event',
    corrupt: (tamper) => tamper.change('Sagas', anyRow, { version: 1 }),
  },
  {
    invariant: 5,
    what: 'settings whose version has no event',
    corrupt: (tamper) => tamper.change('Tickets', (row) => row.sk === 'SETTINGS', { version: 9 }),
  },
]

function isComment(row: Row): boolean {
  return row.kind === 'comment' && row.occurredAt === undefined
}

function isFollower(row: Row): boolean {
  return String(row.sk).startsWith('FOLLOWER#')
}

function isReopening(row: Row): boolean {
  return row.type === 'ticket.status_changed' && (row.data as Record<string, unknown>).from === 'closed'
}
