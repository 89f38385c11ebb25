import type { LateComment, Message } from '../../domain/ticket.ts'
import { latePlace } from '../../tables/late-comments.ts'

/**
 * A position in the list: the last comment before it that came in when it was written, and the place up to which late ones come before it.
 */
export interface CommentPosition {
  /** 0 before the first. */
  seq: number
  /** Empty before the first. */
  late: string
}

/** A comment in the list, and the position behind it. Of a late one the message is still to be read. */
export interface Placed {
  seq: number
  message?: Message
  after: CommentPosition
}

/**
 * The comments after a position in the order of the list: those that came in when they were written in the order in which they were
 * recorded, and each late one before the first of them that was written after it. A comment that is added never moves another.
 */
export function commentsInOrder(
  onTime: readonly Message[],
  late: readonly LateComment[],
  start: CommentPosition,
): Placed[] {
  const placed: Placed[] = []
  let after = start
  let next = 0
  const placeLate = (before?: string) => {
    for (let one = late[next]; one && (before === undefined || one.occurredAt < before); one = late[++next]) {
      after = { ...after, late: latePlace(one) }
      placed.push({ seq: one.seq, after })
    }
  }
  for (const message of onTime) {
    placeLate(message.createdAt)
    after = { seq: message.seq, late: message.createdAt > after.late ? message.createdAt : after.late }
    placed.push({ seq: message.seq, message, after })
  }
  placeLate()
  return placed
}
