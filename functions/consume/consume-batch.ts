import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { type Consumer, type Consuming, Poison } from './consumer.ts'
import { readMessage } from './message.ts'
import { type Taken, take } from './take.ts'

/**
 * From this receive on, whatever keeps an event from being applied counts as poison: two below the queue's
 * `maxReceiveCount`, so that the events behind it are acknowledged before they are set aside with it. It is no verdict:
 * each receive tries again.
 */
export const poisonFromReceive = 3

/**
 * Takes a batch of one FIFO queue. Names the messages that must come again: those that failed, and, as nothing else
 * would come of it, what follows of the same aggregate after a failure that may pass. Poison and messages that no one
 * can read fail alone.
 */
export async function consumeBatch(
  consuming: Consuming,
  consumer: Consumer,
  { Records }: Pick<SQSEvent, 'Records'>,
  untilMs: number,
): Promise<SQSBatchResponse> {
  const failed: string[] = []
  const waiting = new Set<string>()
  for (const record of Records) {
    const group = record.attributes.MessageGroupId ?? record.messageId
    if (waiting.has(group) || consuming.world.now() >= untilMs) {
      failed.push(record.messageId)
      continue
    }
    const outcome = await consume(consuming, consumer, record, untilMs)
    if (outcome === 'failed' || outcome === 'poison') failed.push(record.messageId)
    if (outcome === 'failed') waiting.add(group)
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) }
}

const metricOf = {
  applied: 'MessagesApplied',
  skipped: 'DuplicatesSkipped',
  held: 'MessagesHeld',
  poison: 'MessagesPoisonous',
  failed: 'MessagesRetried',
} as const satisfies Record<Taken | 'poison' | 'failed', string>

async function consume(
  consuming: Consuming,
  consumer: Consumer,
  record: SQSRecord,
  untilMs: number,
): Promise<keyof typeof metricOf> {
  const { observer } = consuming
  const receiveCount = Number(record.attributes.ApproximateReceiveCount)
  const outcome = await attempt(consuming, consumer, record, receiveCount, untilMs)
  observer.count(metricOf[outcome])
  return outcome
}

async function attempt(
  consuming: Consuming,
  consumer: Consumer,
  { body, messageId }: SQSRecord,
  receiveCount: number,
  untilMs: number,
): Promise<keyof typeof metricOf> {
  const { observer } = consuming
  let facts: Record<string, unknown> = { consumer: consumer.name, messageId, receiveCount }
  try {
    const message = readMessage(body)
    const { id: eventId, tenant, aggregate, seq, correlationId } = message
    facts = { ...facts, eventId, tenant, aggregate, seq, correlationId }
    const patienceIsOver = receiveCount >= poisonFromReceive
    const taken = await take(consuming, consumer, message, { untilMs, patienceIsOver })
    observer.info(taken, facts)
    return taken
  } catch (error) {
    const unreadable = facts.eventId === undefined
    const outcome = unreadable || error instanceof Poison ? 'poison' : 'failed'
    observer.error(unreadable ? 'a message tells of no event' : 'an event was not applied', { ...facts, error })
    return outcome
  }
}
