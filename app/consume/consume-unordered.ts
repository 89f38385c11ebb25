import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { Observer } from '../observer.ts'
import { poisonFromReceive } from './poison.ts'
import { inTurn, isRedelivered, shareOfTime } from './turns.ts'

/** Handles an event. It stops at the deadline (epoch milliseconds) by throwing; what it has done by then stays done. */
export type HandleEvent = (event: DomainEvent, deadlineMs: number) => Promise<void>

/**
 * Handles a batch for a subscriber that needs no order and keeps no checkpoint, each event possibly more than once: those received for
 * the first time all at once, then the others one by one. Each message has an equal share of the time. Returns the messages that failed
 * or were not reached, so that SQS delivers them again. `onRepeatedFailure` notes an event that keeps failing, before its
 * message becomes a dead letter.
 */
export async function consumeUnordered(
  { runtime, observer }: { runtime: Runtime; observer: Observer },
  { Records }: Pick<SQSEvent, 'Records'>,
  deadlineMs: number,
  handle: HandleEvent,
  onRepeatedFailure?: HandleEvent,
): Promise<SQSBatchResponse> {
  const failedMessageIds: string[] = []
  const handleEvent = async (event: DomainEvent, receiveCount: number, shareMs: number): Promise<void> => {
    try {
      if (runtime.now() >= deadlineMs) throw new Error('there was no time left for this message')
      await handle(event, shareMs)
    } catch (error) {
      if (receiveCount >= poisonFromReceive) await onRepeatedFailure?.(event, shareMs)
      throw error
    }
  }
  const handleRecord = async ({ messageId, body, attributes }: SQSRecord, shareMs: number): Promise<void> => {
    try {
      await handleEvent(DomainEvent.parse(JSON.parse(body)), Number(attributes.ApproximateReceiveCount), shareMs)
    } catch (error) {
      observer.error('event could not be handled: SQS will deliver it again', { messageId, error })
      failedMessageIds.push(messageId)
    }
  }
  const ordered = inTurn(Records)
  const fresh = ordered.filter((record) => !isRedelivered(record))
  const freshShareMs = shareOfTime(runtime, deadlineMs, ordered.length, fresh.length)
  await Promise.all(fresh.map((record) => handleRecord(record, freshShareMs)))
  const redelivered = ordered.filter(isRedelivered)
  for (const [index, record] of redelivered.entries())
    await handleRecord(record, shareOfTime(runtime, deadlineMs, redelivered.length - index))
  return { batchItemFailures: failedMessageIds.map((itemIdentifier) => ({ itemIdentifier })) }
}
