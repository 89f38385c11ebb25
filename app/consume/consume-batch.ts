import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { loggedAggregate } from '../logged-aggregate.ts'
import { consumeMessage, type MessageOutcome } from './consume-message.ts'
import { type Consumer, type ConsumerDeps, PoisonEventError } from './consumer.ts'
import { parseMessage } from './event-message.ts'
import { poisonFromReceive } from './poison.ts'
import { groupOf, inTurn, shareOfTime } from './turns.ts'

type Outcome = MessageOutcome | 'poison' | 'failed'

const metrics = {
  applied: 'MessagesApplied',
  skipped: 'DuplicatesSkipped',
  blocked: 'MessagesBlocked',
  unfinished: 'MessagesUnfinished',
  poison: 'MessagesPoisonous',
  failed: 'MessagesRetried',
} as const satisfies Record<Outcome, string>

/**
 * Consumes a batch of a FIFO queue and returns the messages that SQS must deliver again: those that failed, and those behind a
 * transient failure in the same message group, which could not be applied before it, and those for which there was no time. A poison
 * event, or a message that can't be parsed, does not hold back others; a message with much to do gets no more than its share of the time,
 * and what it did within it stays done.
 */
export async function consumeBatch(
  deps: ConsumerDeps,
  consumer: Consumer,
  { Records }: Pick<SQSEvent, 'Records'>,
  deadlineMs: number,
): Promise<SQSBatchResponse> {
  const failedMessageIds: string[] = []
  const failedGroups = new Set<string>()
  for (const [index, record] of inTurn(Records).entries()) {
    const group = groupOf(record)
    if (failedGroups.has(group) || deps.runtime.now() >= deadlineMs) {
      failedMessageIds.push(record.messageId)
      continue
    }
    const shareMs = shareOfTime(deps.runtime, deadlineMs, Records.length - index)
    const outcome = await consumeRecord(deps, consumer, record, shareMs)
    deps.observer.count(metrics[outcome])
    if (outcome === 'failed' || outcome === 'poison') failedMessageIds.push(record.messageId)
    if (outcome === 'failed') failedGroups.add(group)
  }
  return { batchItemFailures: failedMessageIds.map((itemIdentifier) => ({ itemIdentifier })) }
}

/** Never throws. */
async function consumeRecord(
  deps: ConsumerDeps,
  consumer: Consumer,
  { body, messageId, attributes }: SQSRecord,
  deadlineMs: number,
): Promise<Outcome> {
  const { observer } = deps
  const receiveCount = Number(attributes.ApproximateReceiveCount)
  const record = { consumer: consumer.name, messageId, receiveCount }
  const message = parseMessage(body)
  if (!message.success) {
    observer.error('message could not be parsed', { ...record, error: message.error })
    return 'poison'
  }
  const { id: eventId, tenant, seq, correlationId } = message.data
  const aggregate = loggedAggregate(tenant, message.data.aggregate)
  const facts = { ...record, eventId, tenant, aggregate, seq, correlationId }
  try {
    const retriesExhausted = receiveCount >= poisonFromReceive
    const outcome = await consumeMessage(deps, consumer, message.data, { deadlineMs, retriesExhausted })
    observer.info('message consumed', { ...facts, outcome })
    return outcome
  } catch (error) {
    observer.error('event was not applied', { ...facts, error })
    return error instanceof PoisonEventError ? 'poison' : 'failed'
  }
}
