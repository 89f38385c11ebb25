import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { consumeMessage, type MessageOutcome } from './consume-message.ts'
import { type Consumer, type ConsumerDeps, PoisonEventError } from './consumer.ts'
import { readMessage } from './event-message.ts'

/**
 * From this receive on, whatever keeps an event from being applied counts as poison: two below the queue's
 * `maxReceiveCount`, so that the events behind it are acknowledged before they are set aside with it. It is no verdict:
 * each receive tries again.
 */
export const poisonFromReceive = 3

/**
 * Takes a batch of one FIFO queue. Names the messages that must come again: those that failed, and, as nothing else
 * would come of it, what follows of the same aggregate after a failure that may pass. PoisonEventError and messages that no one
 * can read fail alone.
 */
export async function consumeBatch(
  deps: ConsumerDeps,
  consumer: Consumer,
  { Records }: Pick<SQSEvent, 'Records'>,
  deadlineMs: number,
): Promise<SQSBatchResponse> {
  const failed: string[] = []
  const waiting = new Set<string>()
  for (const record of Records) {
    const group = record.attributes.MessageGroupId ?? record.messageId
    if (waiting.has(group) || deps.runtime.now() >= deadlineMs) {
      failed.push(record.messageId)
      continue
    }
    const outcome = await consume(deps, consumer, record, deadlineMs)
    if (outcome === 'failed' || outcome === 'poison') failed.push(record.messageId)
    if (outcome === 'failed') waiting.add(group)
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
}

const metricOf = {
  applied: 'MessagesApplied',
  skipped: 'DuplicatesSkipped',
  blocked: 'MessagesHeld',
  poison: 'MessagesPoisonous',
  failed: 'MessagesRetried',
} as const satisfies Record<MessageOutcome | 'poison' | 'failed', string>

async function consume(
  deps: ConsumerDeps,
  consumer: Consumer,
  record: SQSRecord,
  deadlineMs: number,
): Promise<keyof typeof metricOf> {
  const { observer } = deps
  const receiveCount = Number(record.attributes.ApproximateReceiveCount)
  const outcome = await attempt(deps, consumer, record, receiveCount, deadlineMs)
  observer.count(metricOf[outcome])
  return outcome
}

async function attempt(
  deps: ConsumerDeps,
  consumer: Consumer,
  { body, messageId }: SQSRecord,
  receiveCount: number,
  deadlineMs: number,
): Promise<keyof typeof metricOf> {
  const { observer } = deps
  let facts: Record<string, unknown> = { consumer: consumer.name, messageId, receiveCount }
  try {
    const message = readMessage(body)
    const { id: eventId, tenant, aggregate, seq, correlationId } = message
    facts = { ...facts, eventId, tenant, aggregate, seq, correlationId }
    const retriesExhausted = receiveCount >= poisonFromReceive
    const outcome = await consumeMessage(deps, consumer, message, { deadlineMs, retriesExhausted })
    observer.info(outcome, facts)
    return outcome
  } catch (error) {
    const unreadable = facts.eventId === undefined
    const outcome = unreadable || error instanceof PoisonEventError ? 'poison' : 'failed'
    observer.error(unreadable ? 'a message tells of no event' : 'an event was not applied', { ...facts, error })
    return outcome
  }
}
