import type { Persistence, Queue, Received } from './fauxqs-parts.ts'

/** In 2.4.1 making a message visible at once fails: it clears the receive count, which the file does not allow. */
export function keepReceiveCount(persistence: Persistence): void {
  const ready = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  )
  persistence.updateMessageReady = (messageId) => void ready.run(messageId)
}

const corrected = new WeakSet<object>()

/** In 2.4.1 all characters beyond the first plane are refused, emoji among them; SQS takes them. */
export function acceptAllCharacters(invalid: { test(text: string): boolean }): void {
  const outside = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u
  invalid.test = (text) => outside.test(text)
}

/**
 * In 2.4.1 several messages of a group that become visible again together come back in reverse order, and one receive takes a
 * single message of each group, where SQS takes as many as there is room for.
 */
export function keepGroupOrder({ prototype }: { prototype: Queue }): void {
  if (corrected.has(prototype)) return
  corrected.add(prototype)
  const { dequeue, processTimers, changeVisibility } = prototype
  prototype.dequeue = function full(maxCount, visibilitySeconds, findDeadLetterQueue) {
    const received = dequeue.call(this, maxCount, visibilitySeconds, findDeadLetterQueue)
    const room = () => Math.min(maxCount, 10) - received.length
    while (this.isFifo() && received.length > 0 && room() > 0) {
      const more = withoutOwnLocks(this, received, () =>
        dequeue.call(this, room(), visibilitySeconds, findDeadLetterQueue),
      )
      if (more.length === 0) break
      received.push(...more)
    }
    return received
  }
  prototype.processTimers = function ordered() {
    const before = this.inflightMessages.size
    processTimers.call(this)
    if (this.inflightMessages.size < before) sortGroups(this)
  }
  prototype.changeVisibility = function ordered(receiptHandle, timeoutSeconds) {
    changeVisibility.call(this, receiptHandle, timeoutSeconds)
    if (timeoutSeconds === 0) sortGroups(this)
  }
}

/** Lets a receive go on in the groups it has already taken from, which are locked for everyone else. */
function withoutOwnLocks(queue: Queue, received: Received[], take: () => Received[]): Received[] {
  const locks = queue.fifoLockedGroups
  const own = new Set(received.map((one) => queue.inflightMessages.get(one.ReceiptHandle)?.message.messageGroupId))
  queue.fifoLockedGroups = new Map([...locks].filter(([group]) => !own.has(group)))
  const more = take()
  for (const [group, count] of locks) {
    if (own.has(group)) queue.fifoLockedGroups.set(group, count + (queue.fifoLockedGroups.get(group) ?? 0))
  }
  return more
}

function sortGroups({ fifoMessages }: Queue): void {
  for (const group of fifoMessages.values()) {
    if (group.length > 1) group.sort((a, b) => ((a.sequenceNumber ?? '') < (b.sequenceNumber ?? '') ? -1 : 1))
  }
}
