import type { LateComment, Message } from '../../domain/ticket.ts'
import { latePlace } from '../../tables/late-comments.ts'

/** A position in the list: where it is among the comments that came in when they were written, and among the late ones. */
export interface CommentPosition {
  /** Every comment up to this number that came in when it was written is before it. 0 before the first. */
  seq: number
  /** Late ones up to this place are before it. Empty before the first. */
  late: string
}

/** Comments that came in when they were written, as far as they were read. */
export interface OnTime {
  comments: readonly Message[]
  /** The number up to which messages were read, whatever they are. */
  readTo: number
  /** Whether none follows. */
  isWhole: boolean
}

/** A comment in the list, and the position behind it. Of a late one the message is still to be read. */
export interface Placed {
  seq: number
  message?: Message
  after: CommentPosition
}

/**
 * The comments after a position in the order of the list: those that came in when they were written in the order in which they were
 * recorded, and each late one before the first of them that was written after it. A comment that is added never moves another. Late ones
 * whose place is behind what was read are left out; the list goes on at `end`.
 */
export function commentsInOrder(
  { comments, readTo, isWhole }: OnTime,
  late: readonly LateComment[],
  start: CommentPosition,
): { placed: Placed[]; end: CommentPosition } {
  const placed: Placed[] = []
  let after = start
  let next = 0
  const placeLate = (seq: number, before?: string) => {
    for (let one = late[next]; one && (before === undefined || one.occurredAt < before); one = late[++next]) {
      after = { seq, late: latePlace(one) }
      placed.push({ seq: one.seq, after })
    }
  }
  for (const message of comments) {
    placeLate(message.seq - 1, message.createdAt)
    after = { seq: message.seq, late: message.createdAt > after.late ? message.createdAt : after.late }
    placed.push({ seq: message.seq, message, after })
  }
  if (isWhole) placeLate(readTo)
  return { placed, end: { seq: readTo, late: after.late } }
}
