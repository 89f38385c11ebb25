import { setTimeout as delay } from 'node:timers/promises'
import type { InvokeFunction, InvokeResult, Log } from '../ports.ts'
import { readBatchResponse } from './batch-response.ts'
import { bytesOf, eventBytesMax } from './event-source.ts'
import { invokeBatch } from './invoke-batch.ts'
import { deletable, type QueueMessage, toEventRecord } from './queue-event.ts'

export interface QueueDeliveryOptions {
  functionRef: string
  /** ARN of the queue. */
  eventSourceArn: string
  reportBatchItemFailures: boolean
  invoke: InvokeFunction
  log: Log
  retryDelayMs: (failures: number) => number
  signal: AbortSignal
}

/** A throttled invocation is repeated this often before its messages are left to their visibility timeout. */
const throttledTriesMax = 6

/** Cuts messages into parts of which each makes an event that Lambda takes. */
export function eventsOf(messages: readonly QueueMessage[], eventSourceArn: string): QueueMessage[][] {
  const parts: QueueMessage[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const message of messages) {
    const more = bytesOf(toEventRecord(message, eventSourceArn))
    bytes += more
    if (bytes > eventBytesMax) {
      parts.push([])
      bytes = more
    }
    parts.at(-1)?.push(message)
  }
  return parts
}

/**
 * Gives messages to the function as one event. Answers those that may be deleted; undefined when it was throttled all the time. Rejects
 * only when the signal aborts.
 */
export async function deliverMessages(
  messages: readonly QueueMessage[],
  options: QueueDeliveryOptions,
): Promise<QueueMessage[] | undefined> {
  const result = await invokeUnthrottled(messages, options)
  if (!result) return undefined
  const { functionRef, log } = options
  if (result.status === 'failed') {
    log.warn(`${functionRef}: ${messages.length} messages failed (${result.errorType}: ${result.errorMessage})`)
    return []
  }
  if (!options.reportBatchItemFailures) return [...messages]
  const outcome = readBatchResponse(result.payload, new Set(messages.map(({ MessageId }) => MessageId)))
  if (outcome.kind === 'failed') return []
  return deletable(messages, outcome.kind === 'partial' ? outcome.failed : new Set())
}

async function invokeUnthrottled(
  messages: readonly QueueMessage[],
  options: QueueDeliveryOptions,
): Promise<InvokeResult | undefined> {
  const { signal } = options
  const Records = messages.map((message) => toEventRecord(message, options.eventSourceArn))
  for (let failures = 1; failures <= throttledTriesMax; failures++) {
    const result = await invokeBatch(Records, options)
    if (result) return result
    await delay(options.retryDelayMs(failures), undefined, { signal })
  }
  return undefined
}
