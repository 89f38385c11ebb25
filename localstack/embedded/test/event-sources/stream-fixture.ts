import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCheckpoints } from '../../event-sources/checkpoints.ts'
import type { EventSource } from '../../event-sources/event-source.ts'
import type { LambdaStreamRecord, StreamRecord } from '../../event-sources/stream-record.ts'
import { createStreamSource, type StreamMapping, type StreamSourceOptions } from '../../event-sources/stream-source.ts'
import type { InvokeResult } from '../../ports.ts'
import { createWakeups } from '../../wakeups.ts'

export type StreamBehaviour = (records: LambdaStreamRecord[]) => Promise<InvokeResult> | InvokeResult

export const accept: StreamBehaviour = () => ({ status: 'succeeded', payload: null })
export const refuse: StreamBehaviour = () => ({ status: 'failed', errorType: 'Error', errorMessage: 'no' })
/** Reports this record and, as Lambda expects, nothing about the others. */
export const reporting =
  (...ids: string[]): StreamBehaviour =>
  (records) => ({
    status: 'succeeded',
    payload: {
      batchItemFailures: records
        .filter((record) => ids.includes(idOf(record)))
        .map((record) => ({ itemIdentifier: record.dynamodb.SequenceNumber })),
    },
  })

export interface StreamFixture {
  warnings: string[]
  /** Ids of the records of each batch that the function got. */
  batches: string[][]
  /** Messages that the failure destination got. */
  givenUp: Record<string, unknown>[]
  consumed: string[]
  put(...ids: string[]): void
  /** What the stream service does before it answers; throws to fail the call. */
  beforeCall(hook: (operation: string) => void): void
  /** What happens between the service's answer and its arrival at the caller. */
  afterCall(hook: (operation: string) => void): void
  start(
    behaviour: StreamBehaviour,
    mapping?: Partial<StreamMapping>,
    options?: Partial<StreamSourceOptions>,
  ): EventSource
  remove(): Promise<void>
}

export const idOf = (record: StreamRecord) => (record.dynamodb.Keys as { pk: { S: string } }).pk.S

/** A table's stream in memory, and event sources that read it with durable checkpoints. */
export function streamFixture({ now = () => new Date() }: { now?: () => Date } = {}): StreamFixture {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-aws-stream-'))
  const checkpoints = openCheckpoints(folder)
  const wakeups = createWakeups()
  const sources: EventSource[] = []
  const records: StreamRecord[] = []
  const warnings: string[] = []
  const batches: string[][] = []
  const givenUp: Record<string, unknown>[] = []
  const consumed: string[] = []
  let beforeCall: (operation: string) => void = () => {}
  let afterCall: (operation: string) => void = () => {}

  const answers: Record<string, (input: Record<string, unknown>) => unknown> = {
    DescribeStream: ({ StreamArn }) => ({
      StreamDescription: { StreamArn, StreamLabel: 'label', Shards: [{ ShardId: 'shard-1' }] },
    }),
    GetShardIterator: ({ ShardIteratorType, SequenceNumber }) => ({
      ShardIterator: ShardIteratorType === 'TRIM_HORIZON' ? '0' : SequenceNumber,
    }),
    GetRecords({ ShardIterator, Limit }) {
      const page = records
        .filter((record) => Number(record.dynamodb.SequenceNumber) > Number(ShardIterator))
        .slice(0, Number(Limit))
      return { Records: page, NextShardIterator: page.at(-1)?.dynamodb.SequenceNumber ?? ShardIterator }
    },
  }

  return {
    warnings,
    batches,
    givenUp,
    consumed,
    put(...ids) {
      for (const id of ids) {
        const sequence = String(records.length + 1)
        records.push({
          eventID: sequence,
          eventName: 'INSERT',
          eventVersion: '1.1',
          eventSource: 'aws:dynamodb',
          awsRegion: 'us-east-1',
          dynamodb: {
            Keys: { pk: { S: id } },
            NewImage: { pk: { S: id } },
            SequenceNumber: sequence,
            StreamViewType: 'NEW_IMAGE',
            ApproximateCreationDateTime: Math.floor(now().getTime() / 1000),
          },
        })
      }
      wakeups.notify('dynamodb:Outbox')
    },
    beforeCall(hook) {
      beforeCall = hook
    },
    afterCall(hook) {
      afterCall = hook
    },
    start(behaviour, mapping = {}, options = {}) {
      const source = createStreamSource({
        streams: {
          async handle(operation, input) {
            beforeCall(operation)
            const answer = answers[operation]?.(input)
            afterCall(operation)
            return answer
          },
        },
        queues: {
          async handle(operation, input) {
            beforeCall(operation)
            if (operation === 'SendMessage') givenUp.push(JSON.parse(String(input.MessageBody)))
            return { QueueUrl: 'http://127.0.0.1/queue' }
          },
        },
        checkpoints,
        wakeups,
        log: { info() {}, warn: (message) => warnings.push(message) },
        now,
        retryDelayMs: () => 1,
        onConsumed: (_tableName, sequenceNumber) => consumed.push(sequenceNumber),
        async invoke(_functionRef, payload) {
          const { Records } = payload as { Records: LambdaStreamRecord[] }
          batches.push(Records.map(idOf))
          return behaviour(Records)
        },
        ...options,
        mapping: {
          id: 'mapping',
          functionRef: 'relay',
          tableName: 'Outbox',
          eventSourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Outbox/stream/label',
          ...mapping,
        },
      })
      sources.push(source)
      return source
    },
    async remove() {
      await Promise.all(sources.map((source) => source.stop()))
      checkpoints.close()
      rmSync(folder, { recursive: true })
    },
  }
}
