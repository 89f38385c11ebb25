import { LateComment } from '../domain/ticket.ts'
import { absent } from './condition.ts'
import { aggregateKey, seqKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * Rows in the partition of a ticket in `Tickets`, by when comments were written: the places of those that came in later than that. Messages
 * are stored by their sequence, so this is what lists such a comment at its time. Its text is in its message only.
 */
const table = 'Tickets'
const prefix = 'LATE_COMMENT#'

const LateCommentRow = LateComment.strip()

const partition = (tenant: string, ticketId: string) => aggregateKey(tenant, { type: 'ticket', id: ticketId })

/** The place of a late comment among the others of its ticket: it sorts by time. A time alone comes before every comment of that time. */
export function latePlace({ occurredAt, seq }: Pick<LateComment, 'occurredAt' | 'seq'>): string {
  return `${occurredAt}#${seqKey(seq)}`
}

export function putLateComment(tenant: string, comment: LateComment): Write {
  const key = { pk: partition(tenant, comment.ticketId), sk: `${prefix}${latePlace(comment)}` }
  return { kind: 'put', table, row: { ...key, ...comment, tenant }, when: absent }
}

/** A ticket's late comments after a place, or from the first on, by when they were written. */
export function lateCommentsQuery(tenant: string, ticketId: string, place: string): Query {
  const pk = partition(tenant, ticketId)
  return { table, partition: pk, sort: { prefix }, ...(place && { after: { pk, sk: `${prefix}${place}` } }) }
}

/** Throws `ZodError` when the row is not the place of a late comment. */
export function parseLateComment(row: Row): LateComment {
  return LateCommentRow.parse(row)
}

export function isLateCommentKey(sk: string): boolean {
  return sk.startsWith(prefix)
}
