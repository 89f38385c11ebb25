import { setTimeout as delay } from 'node:timers/promises'
import type { JsonService } from '../ports.ts'
import {
  bytesOf,
  defaultRetryDelayMs,
  type EventSource,
  type EventSourceTools,
  eventBytesMax,
  type Mapping,
  stopGraceMs,
} from './event-source.ts'
import { failureMessage } from './failure-destination.ts'
import { compileFilter } from './filter-pattern.ts'
import { createRetryForever } from './retry-forever.ts'
import { type ShardReader, shardReader } from './shard-reader.ts'
import { deliverBatch, type StreamDeliveryOptions } from './stream-delivery.ts'
import { type LambdaStreamRecord, type StreamRecord, sequenceOf } from './stream-record.ts'

export interface StreamMapping extends Mapping {
  tableName: string
  /** ARN of the table's stream. */
  eventSourceArn: string
  startingPosition?: 'TRIM_HORIZON' | 'LATEST'
  bisectBatchOnFunctionError?: boolean
  maximumRetryAttempts?: number
  maximumRecordAgeSeconds?: number
  /** ARN of an SQS queue that is told about what was given up. */
  onFailureArn?: string
}

export interface StreamSourceOptions extends EventSourceTools {
  mapping: StreamMapping
  /** DynamoDBStreams: DescribeStream, GetShardIterator, GetRecords. */
  streams: JsonService
  /** Tells which records of the table will not be read again, also once at the start. */
  onConsumed?: (tableName: string, sequenceNumber: string) => void
}

/** Without a wake-up, look this often: for writes that went past the edge. */
const backstopMs = 5_000

/** Position of a stream that was empty when reading from LATEST began. */
const beginning = '0'

/**
 * Runs a mapping of a DynamoDB stream (DESIGN §6): batches in order, one at a time per shard, from the last acknowledged record on.
 * At least once: a batch whose acknowledgement was lost comes again. Throws for a filter pattern that Lambda does not know.
 */
export function createStreamSource(options: StreamSourceOptions): EventSource {
  const { mapping, streams, queues, checkpoints, wakeups, log } = options
  const { principal = { kind: 'developer' }, now = () => new Date(), retryDelayMs = defaultRetryDelayMs } = options
  const matches = compileFilter(mapping.filterPatterns ?? [])
  const batchSize = mapping.batchSize ?? 100
  const windowMs = (mapping.maximumBatchingWindowSeconds ?? 0) * 1000
  const topic = `dynamodb:${mapping.tableName}`
  const stopping = new AbortController()
  const { signal } = stopping

  const retryForever = createRetryForever({ functionRef: mapping.functionRef, log, retryDelayMs, signal })

  async function run() {
    const { StreamArn, StreamLabel, Shards } = await retryForever('DescribeStream', async () => {
      const answer = await streams.handle('DescribeStream', { StreamArn: mapping.eventSourceArn }, principal)
      return (answer as { StreamDescription: StreamDescription }).StreamDescription
    })
    await Promise.all(
      Shards.map(({ ShardId }) => runShard(StreamArn, ShardId, `${mapping.id}/${StreamLabel}/${ShardId}`)),
    )
  }

  async function runShard(streamArn: string, shardId: string, reader: string) {
    const known = checkpoints.position(reader)
    const open = (after: string | undefined) => shardReader({ streams, principal, streamArn, shardId, after })
    const acknowledge = (sequenceNumber: string) => {
      checkpoints.savePosition(reader, sequenceNumber)
      options.onConsumed?.(mapping.tableName, sequenceNumber)
    }
    const start = known ?? (mapping.startingPosition === 'LATEST' ? await skipToEnd(open(undefined)) : undefined)
    if (start !== undefined) acknowledge(start)
    const shard = open(start === beginning ? undefined : start)
    const delivery: StreamDeliveryOptions = {
      functionRef: mapping.functionRef,
      reportBatchItemFailures: mapping.reportBatchItemFailures ?? false,
      bisectBatchOnFunctionError: mapping.bisectBatchOnFunctionError ?? false,
      maximumRetryAttempts: mapping.maximumRetryAttempts ?? -1,
      maximumRecordAgeSeconds: mapping.maximumRecordAgeSeconds ?? -1,
      invoke: options.invoke,
      log,
      now,
      retryDelayMs,
      signal,
      acknowledge,
      giveUp: (records, condition, invocations) =>
        giveUp(records, { functionRef: mapping.functionRef, shardId, condition, invocations, now: now() }),
    }
    let unread: StreamRecord[] = []
    while (!signal.aborted) {
      const batch: LambdaStreamRecord[] = []
      unread = await gather(shard, unread, batch, { eventSourceARN: streamArn, acknowledge })
      await deliverBatch(batch, delivery)
    }
  }

  /**
   * Fills the batch until it is full, its window is over or, without a window, nothing more is there; answers what was read beyond.
   * Filtered records before the first kept one are acknowledged; later ones are with the batch.
   */
  async function gather(
    shard: ShardReader,
    unread: StreamRecord[],
    batch: LambdaStreamRecord[],
    { eventSourceARN, acknowledge }: { eventSourceARN: string; acknowledge: (sequenceNumber: string) => void },
  ): Promise<StreamRecord[]> {
    let bytes = 0
    let closesAtMs = Number.POSITIVE_INFINITY
    let records = unread
    for (;;) {
      let skipped: StreamRecord | undefined
      for (const [index, record] of records.entries()) {
        if (!matches(record)) {
          skipped = record
          continue
        }
        const given = { ...record, eventSourceARN }
        bytes += bytesOf(given)
        if (batch.length > 0 && bytes > eventBytesMax) return records.slice(index)
        if (batch.length === 0) closesAtMs = Date.now() + windowMs
        batch.push(given)
        if (batch.length >= batchSize) return records.slice(index + 1)
      }
      if (skipped && batch.length === 0) acknowledge(sequenceOf(skipped))
      const leftMs = closesAtMs - Date.now()
      if (leftMs <= 0) return []
      records = await readOrWait(shard, Math.min(leftMs, backstopMs))
    }
  }

  /** Subscribes before it looks, so that a write in between is not slept through. */
  async function readOrWait(shard: ShardReader, waitMs: number): Promise<StreamRecord[]> {
    const look = new AbortController()
    const woken = wakeups.wait(topic, { timeoutMs: waitMs, signal: AbortSignal.any([signal, look.signal]) })
    try {
      const records = await retryForever('GetRecords', () => shard.read())
      if (records.length === 0) await woken
      signal.throwIfAborted()
      return records
    } finally {
      look.abort()
    }
  }

  /** Reads past everything that is there: where LATEST begins is settled once, so that a restart does not move it. */
  async function skipToEnd(shard: ShardReader): Promise<string> {
    let position = beginning
    for (;;) {
      const last = (await retryForever('GetRecords', () => shard.read())).at(-1)
      if (!last) return position
      position = sequenceOf(last)
    }
  }

  async function giveUp(records: readonly LambdaStreamRecord[], about: Parameters<typeof failureMessage>[1]) {
    log.warn(
      `${mapping.functionRef}: gave up on ${records.length} stream records of ${mapping.tableName} (${about.condition})`,
    )
    const queueName = mapping.onFailureArn?.split(':').at(-1)
    if (queueName === undefined) return
    const message = JSON.stringify(failureMessage(records, about))
    await retryForever('sending to the failure destination', async () => {
      const { QueueUrl } = (await queues.handle('GetQueueUrl', { QueueName: queueName }, principal)) as {
        QueueUrl: string
      }
      await queues.handle('SendMessage', { QueueUrl, MessageBody: message }, principal)
    })
    wakeups.notify(`sqs:${queueName}`)
  }

  const running = run().catch((error: unknown) => {
    if (!signal.aborted)
      log.warn(`${mapping.functionRef}: stopped reading the stream of ${mapping.tableName}: ${error}`)
  })
  return {
    async stop() {
      stopping.abort()
      await Promise.race([running, delay(stopGraceMs, undefined, { ref: false })])
    },
  }
}

interface StreamDescription {
  StreamArn: string
  StreamLabel: string
  Shards: { ShardId: string }[]
}
