import { setTimeout as delay } from 'node:timers/promises'
import { parseFunctionRef } from '../lambda/function-ref.ts'
import {
  defaultRetryDelayMs,
  type EventSource,
  type EventSourceTools,
  eventBytesMax,
  type Mapping,
  stopGraceMs,
} from './event-source.ts'
import { compileFilter } from './filter-pattern.ts'
import { openQueue, type QueueClient } from './queue-client.ts'
import { deliverMessages, eventsOf, type QueueDeliveryOptions } from './queue-delivery.ts'
import { filterData, type QueueMessage } from './queue-event.ts'
import { createRetryForever } from './retry-forever.ts'

export interface QueueMapping extends Mapping {
  queueName: string
  /** ARN of the queue. */
  eventSourceArn: string
  /** Invocations at the same time (`ScalingConfig.MaximumConcurrency`). */
  maximumConcurrency?: number
}

export interface QueueSourceOptions extends EventSourceTools {
  mapping: QueueMapping
  /** Epoch milliseconds at which the next delayed or taken message of the queue becomes visible: no one sends then. */
  nextVisibleAtMs(queueName: string): number | undefined
}

/** The number of workers of one function; more batches would only wait while their messages' visibility timeout runs. */
const defaultConcurrency = 4

/** The queue's clock and ours may differ by a tick; looking is not repeated within one. */
const tickMs = 20

/** Without a wake-up, look this often: for messages that were sent past the edge. */
const backstopMs = 20_000

/**
 * Runs a mapping of an SQS queue (DESIGN §6): what the function accepted is deleted, everything else is left to the queue's
 * visibility timeout and redrive. At least once: a delete whose answer was lost comes again. Messages that were with the function
 * when the stack was killed are released at the next start. Throws for a filter pattern that Lambda does not know.
 */
export function createQueueSource(options: QueueSourceOptions): EventSource {
  const { mapping, queues, invoke, wakeups, checkpoints, log } = options
  const { principal = { kind: 'developer' }, retryDelayMs = defaultRetryDelayMs } = options
  const matches = compileFilter(mapping.filterPatterns ?? [])
  const batchSize = mapping.batchSize ?? 10
  const windowMs = (mapping.maximumBatchingWindowSeconds ?? 0) * 1000
  const concurrency = mapping.maximumConcurrency ?? defaultConcurrency
  const topic = `sqs:${mapping.queueName}`
  const inFlight = new Set<Promise<void>>()
  const stopping = new AbortController()
  const { signal } = stopping

  const delivery: QueueDeliveryOptions = {
    functionRef: mapping.functionRef,
    eventSourceArn: mapping.eventSourceArn,
    reportBatchItemFailures: mapping.reportBatchItemFailures ?? false,
    invoke,
    log,
    retryDelayMs,
    signal,
  }
  const retryForever = createRetryForever({ functionRef: mapping.functionRef, log, retryDelayMs, signal })

  async function run() {
    const queue = await retryForever('GetQueueUrl', () => openQueue(queues, mapping.queueName, principal))
    const cutOff = checkpoints.taken(mapping.id)
    await retryForever('releasing what the last stop cut off', () => queue.release(cutOff))
    checkpoints.forgetTaken(mapping.id, cutOff)
    for (;;) {
      if (inFlight.size >= concurrency) await Promise.race(inFlight)
      const messages = await gather(queue)
      // What was taken and not forgotten stays noted; the next start releases it.
      if (signal.aborted) return
      const work = handle(queue, messages).catch((error: unknown) => {
        if (!signal.aborted)
          log.warn(`${mapping.functionRef}: a batch of ${mapping.queueName} failed and returns to the queue: ${error}`)
      })
      inFlight.add(work)
      void work.then(() => {
        inFlight.delete(work)
        // In a FIFO queue the next messages of its groups are free now.
        wakeups.notify(topic)
      })
    }
  }

  /** Waits for messages; returns a full batch, or what has come when the window is over or nothing more is there. */
  async function gather(queue: QueueClient): Promise<QueueMessage[]> {
    const messages: QueueMessage[] = []
    let bytes = 0
    let closesAtMs = Number.POSITIVE_INFINITY
    while (!signal.aborted) {
      const look = new AbortController()
      const lookSignal = AbortSignal.any([signal, look.signal])
      // Subscribed before looking, so that a message sent in between is not slept through.
      const leftMs = Math.min(closesAtMs - Date.now(), backstopMs)
      const woken = wakeups.wait(topic, { timeoutMs: Math.max(0, leftMs), signal: lookSignal })
      // So is what becomes visible: by the time of the next question it is no longer to come.
      const nextBeforeLookMs = options.nextVisibleAtMs(mapping.queueName)
      try {
        const received = await retryForever('ReceiveMessage', () => queue.receive(batchSize - messages.length))
        checkpoints.take(mapping.id, handlesOf(received))
        if (messages.length === 0 && received.length > 0) closesAtMs = Date.now() + windowMs
        messages.push(...received)
        for (const { Body } of received) bytes += Buffer.byteLength(Body)
        if (messages.length >= batchSize || bytes > eventBytesMax) return messages
        if (received.length > 0) continue
        if (messages.length > 0 && closesAtMs <= Date.now()) return messages
        const nextMs = [nextBeforeLookMs, options.nextVisibleAtMs(mapping.queueName)]
        const visibleInMs = Math.min(...nextMs.map((ms) => ms ?? Number.POSITIVE_INFINITY)) - Date.now()
        const quietMs = Math.max(tickMs, Math.min(visibleInMs, backstopMs))
        await Promise.race([woken, pause(quietMs, lookSignal)])
      } finally {
        look.abort()
      }
    }
    return messages
  }

  async function handle(queue: QueueClient, messages: QueueMessage[]): Promise<void> {
    const wanted = messages.filter((message) => matches(filterData(message)))
    const unwanted = messages.filter((message) => !wanted.includes(message))
    // Lambda deletes what its filter drops.
    await discard(queue, unwanted)
    if (wanted.length === 0) return
    const stuckGroups = new Set<string>()
    for (const part of eventsOf(wanted, mapping.eventSourceArn)) {
      // What comes after a failed message of its group waits with it for the next delivery.
      const free = part.filter((message) => !stuckGroups.has(groupOf(message) ?? ''))
      const done = new Set(free.length === 0 ? [] : await deliver(queue, free))
      checkpoints.forgetTaken(mapping.id, handlesOf(part))
      for (const message of free) {
        const group = groupOf(message)
        if (group !== undefined && !done.has(message)) stuckGroups.add(group)
      }
    }
  }

  /** Answers the messages that the function accepted, which are deleted. */
  async function deliver(queue: QueueClient, messages: QueueMessage[]): Promise<QueueMessage[]> {
    const beganAtMs = performance.now()
    const done = await deliverMessages(messages, delivery)
    if (!done) return []
    await discard(queue, done)
    if (options.onMessage) tell(messages, new Set(done), performance.now() - beganAtMs)
    return done
  }

  function tell(messages: readonly QueueMessage[], done: ReadonlySet<QueueMessage>, ms: number) {
    const { name: functionName } = parseFunctionRef(mapping.functionRef)
    for (const message of messages) {
      const outcome = done.has(message) ? 'delivered' : 'returned'
      const { MessageId: messageId, Body: body } = message
      options.onMessage?.({ queueName: mapping.queueName, functionName, messageId, body, outcome, ms })
    }
  }

  async function discard(queue: QueueClient, messages: readonly QueueMessage[]) {
    if (messages.length === 0) return
    await retryForever('DeleteMessageBatch', () => queue.delete(handlesOf(messages)))
    checkpoints.forgetTaken(mapping.id, handlesOf(messages))
  }

  const running = run().catch((error: unknown) => {
    if (!signal.aborted) log.warn(`${mapping.functionRef}: stopped polling ${mapping.queueName}: ${error}`)
  })
  return {
    async stop() {
      stopping.abort()
      const allDone = running.then(() => Promise.all(inFlight))
      await Promise.race([allDone, delay(stopGraceMs, undefined, { ref: false })])
    },
  }
}

const groupOf = ({ Attributes }: QueueMessage) => Attributes?.MessageGroupId

const handlesOf = (messages: readonly QueueMessage[]) => messages.map(({ ReceiptHandle }) => ReceiptHandle)

/** Ends early, without an error, when the signal aborts. */
const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => {})
