import * as z from 'zod'
import { absent, type Condition, present } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Notices`: one in-app notice of one user, posted and withdrawn by its saga. The id is the time of the event and the saga's id, so there
 * is one per (event, user), and a user's partition is in order of time.
 */
const table = 'Notices'

/** Facts and references only: the ticket's text is read when the notice is shown. */
export const Notice = z.object({
  id: z.string(),
  type: z.string(),
  ticketId: z.string(),
  seq: z.int().positive(),
  createdAt: z.iso.datetime(),
  readAt: z.iso.datetime().optional(),
  /** The outcome of the e-mail for the same event. */
  mail: z.enum(['sent', 'skipped']).optional(),
  correlationId: z.string(),
})
export type Notice = z.infer<typeof Notice>

/** One user of a tenant. */
export interface NoticeOwner {
  tenant: string
  userId: string
}

const keyOf = ({ tenant, userId }: NoticeOwner, id: string) => ({ pk: tenantKey(tenant, 'NOTICES', userId), sk: id })

export function noticeId({ occurredAt, sagaId }: { occurredAt: string; sagaId: string }): string {
  return `${occurredAt.replaceAll(/[^0-9TZ]/g, '')}-${sagaId}`
}

/** Throws `ZodError` when the row is not a notice. */
export function parseNotice(row: Row): Notice {
  return Notice.parse(row)
}

export function noticeRow(owner: NoticeOwner, id: string): RowRead<Notice> {
  return { table, key: keyOf(owner, id), parse: parseNotice }
}

/** A user's notices, newest first. */
export function noticesQuery(owner: NoticeOwner): Query {
  return { table, partition: keyOf(owner, '').pk, descending: true }
}

/** The position of a notice in {@link noticesQuery}: `after` for the page that follows it. */
export function noticePosition(owner: NoticeOwner, id: string) {
  return keyOf(owner, id)
}

export function postNotice(owner: NoticeOwner, notice: Notice): Write {
  const row = { ...keyOf(owner, notice.id), ...notice, tenant: owner.tenant, userId: owner.userId }
  return { kind: 'put', table, row, when: absent }
}

export function withdrawNotice(owner: NoticeOwner, id: string): Write {
  return { kind: 'delete', table, key: keyOf(owner, id) }
}

export function recordMail(owner: NoticeOwner, id: string, mail: NonNullable<Notice['mail']>): Write {
  return { kind: 'update', table, key: keyOf(owner, id), set: { mail }, when: present }
}

/** Marks a notice as read. The first time stays: a later one fails the condition. */
export function markRead(owner: NoticeOwner, id: string, readAt: string): Write {
  const isUnread: Condition = { attribute: 'readAt', is: 'absent' }
  const when: Condition = { all: [present, { any: [isUnread, { attribute: 'readAt', equals: readAt }] }] }
  return { kind: 'update', table, key: keyOf(owner, id), set: { readAt }, when }
}
