import type { SQSRecord } from 'aws-lambda'
import type { Runtime } from '../../domain/runtime.ts'

/** Whether a message was received before: that time its batch failed, ran out of time, or the message itself failed. */
export function isRedelivered({ attributes }: SQSRecord): boolean {
  return Number(attributes.ApproximateReceiveCount) > 1
}

/** The message group, or the message itself on a queue without groups. */
export function groupOf({ attributes, messageId }: SQSRecord): string {
  return attributes.MessageGroupId ?? messageId
}

/**
 * A batch in the order in which it is handled: groups with a redelivered message come last, so that a message that takes all the time
 * there is takes it from no message that was never tried. Within a group the order stays.
 */
export function inTurn(records: readonly SQSRecord[]): SQSRecord[] {
  const redelivered = new Set(records.filter(isRedelivered).map(groupOf))
  const isLate = (record: SQSRecord) => redelivered.has(groupOf(record))
  return [...records.filter((record) => !isLate(record)), ...records.filter(isLate)]
}

/**
 * The deadline (epoch milliseconds) of the next `count` messages when `left` of a batch, these included, have not been handled: an equal
 * share of the time left for each. A message that needs more fails and comes again, by then with fewer others, at last alone.
 */
export function shareOfTime(runtime: Runtime, deadlineMs: number, left: number, count = 1): number {
  const nowMs = runtime.now()
  return nowMs + Math.max(0, (deadlineMs - nowMs) * (count / left))
}
