import * as z from 'zod'
import { absent, type Condition, present } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Notices`: one in-app notice of one person, made and withdrawn by its saga. Its id begins with the time of the event and ends
 * with the saga's id, so there is one per (event, person), and a person's partition is in order of time.
 */
const table = 'Notices'

/** Facts and references: the ticket's words are read where the notice is shown. */
export const Notice = z.object({
  id: z.string(),
  type: z.string(),
  ticketId: z.string(),
  seq: z.int().positive(),
  createdAt: z.iso.datetime(),
  readAt: z.iso.datetime().optional(),
  /** What became of the e-mail that goes with it. */
  mail: z.enum(['sent', 'skipped']).optional(),
  correlationId: z.string(),
})
export type Notice = z.infer<typeof Notice>

/** One person of a tenant. */
export interface NoticeOwner {
  tenant: string
  userId: string
}

const keyOf = ({ tenant, userId }: NoticeOwner, id: string) => ({ pk: tenantKey(tenant, 'NOTICES', userId), sk: id })

export function noticeId({ occurredAt, sagaId }: { occurredAt: string; sagaId: string }): string {
  return `${occurredAt.replaceAll(/[^0-9TZ]/g, '')}-${sagaId}`
}

/** Throws `ZodError` on a row that is no notice. */
export function parseNotice(row: Row): Notice {
  return Notice.parse(row)
}

export function noticeRow(owner: NoticeOwner, id: string): RowRead<Notice> {
  return { table, key: keyOf(owner, id), parse: parseNotice }
}

/** A person's notices, newest first. */
export function noticesQuery(owner: NoticeOwner): Query {
  return { table, partition: keyOf(owner, '').pk, descending: true }
}

/** The key by which a page of {@link noticesQuery} goes on after this notice. */
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

/** The first time it was read stays. */
export function markRead(owner: NoticeOwner, id: string, readAt: string): Write {
  const isUnread: Condition = { attribute: 'readAt', is: 'absent' }
  const when: Condition = { all: [present, { any: [isUnread, { attribute: 'readAt', equals: readAt }] }] }
  return { kind: 'update', table, key: keyOf(owner, id), set: { readAt }, when }
}
