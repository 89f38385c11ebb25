import { AwsError } from '../aws-error.ts'
import type { WireService } from '../edge/answer.ts'
import { accountId } from '../ports.ts'
import type { EngineClient } from './engine-client.ts'
import type { EngineStore, StoredStream } from './engine-store.ts'
import { positionOf, publicLabel, publicShardId, sequenceNumberAt } from './stream-names.ts'
import { correctRecords } from './streams.ts'
import type { Item } from './touched-items.ts'

type Input = Record<string, unknown>

export interface StreamsParts {
  engine: EngineClient
  store: EngineStore
  isBeingSwept(tableName: string, key: Item): boolean
  /** Epoch milliseconds. */
  now: () => number
}

/** An iterator is refused this long after it was answered, as by DynamoDB. */
const iteratorMs = 15 * 60 * 1000
const streamsMax = 100
const recordsMax = 1_000

/** DynamoDB Streams: each table with a stream has one shard, which is never closed. The records are the engine's. */
export function dynamoDbStreamsService({ engine, store, isBeingSwept, now }: StreamsParts): WireService {
  const operations: Record<string, (input: Input) => Input | Promise<Input>> = {
    ListStreams: (input) => listStreams(store, input),
    DescribeStream: (input) => describeStream(streamOf(store, input.StreamArn), input),
    GetShardIterator(input) {
      const stream = streamOf(store, input.StreamArn)
      return { ShardIterator: iteratorAt(arnOf(stream), startOf(stream, input, store, now()), now()) }
    },
    async GetRecords({ ShardIterator, Limit = recordsMax }) {
      const { streamArn, position, issuedAtMs } = readIterator(ShardIterator)
      const limit = checkLimit(Limit, recordsMax)
      const stream = streamOf(store, streamArn)
      if (now() - issuedAtMs > iteratorMs) throw expired(issuedAtMs, now())
      refuseTrimmed(stream, position)
      const { tableName } = stream
      const answer = await engine.call('DynamoDBStreams_20120810.GetRecords', {
        ShardIterator: engineIterator(tableName, position),
        Limit: limit,
      })
      const { records, last } = correctRecords(answer, streamArn, (key) => isBeingSwept(tableName, key))
      return { Records: records, NextShardIterator: iteratorAt(streamArn, last ?? position, now()) }
    },
  }

  async function handle(operation: string, input: Input): Promise<Input> {
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined
    if (run) return run(input)
    throw new AwsError('NotImplemented', `The embedded stack's DynamoDB Streams has no operation ${operation}.`, 501)
  }
  return {
    handle,
    answer: async (operation, input) => ({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify(await handle(operation, input)),
    }),
  }
}

function listStreams(store: EngineStore, { TableName, ExclusiveStartStreamArn, Limit = streamsMax }: Input): Input {
  const limit = checkLimit(Limit, streamsMax)
  const streams = store
    .tablesWithStream()
    .filter((name) => TableName === undefined || name === TableName)
    .flatMap((name) => store.stream(name) ?? [])
    .map((stream) => ({ arn: arnOf(stream), stream }))
    .sort((a, b) => (a.arn < b.arn ? -1 : 1))
    .filter(({ arn }) => typeof ExclusiveStartStreamArn !== 'string' || arn > ExclusiveStartStreamArn)
  const page = streams.slice(0, limit)
  return {
    Streams: page.map(({ arn, stream: { tableName, label } }) => ({
      StreamArn: arn,
      TableName: tableName,
      StreamLabel: publicLabel(label),
    })),
    ...(streams.length > page.length && { LastEvaluatedStreamArn: page.at(-1)?.arn }),
  }
}

function describeStream(stream: StoredStream, { ExclusiveStartShardId, Limit = streamsMax }: Input): Input {
  checkLimit(Limit, streamsMax)
  const ShardId = publicShardId(stream.label)
  const shard = {
    ShardId,
    SequenceNumberRange: { StartingSequenceNumber: sequenceNumberAt(stream.first ?? stream.last + 1) },
  }
  return {
    StreamDescription: {
      StreamArn: arnOf(stream),
      StreamLabel: publicLabel(stream.label),
      StreamStatus: 'ENABLED',
      StreamViewType: stream.viewType,
      CreationRequestDateTime: Number(stream.label),
      TableName: stream.tableName,
      KeySchema: stream.keySchema,
      Shards: typeof ExclusiveStartShardId === 'string' && ExclusiveStartShardId >= ShardId ? [] : [shard],
    },
  }
}

/** The position after which an iterator of this kind reads. */
function startOf(stream: StoredStream, input: Input, store: EngineStore, nowMs: number): number {
  const { ShardId, ShardIteratorType, SequenceNumber, Timestamp } = input
  if (ShardId !== publicShardId(stream.label)) {
    throw notFound(`Shard: ${String(ShardId)} in Stream: ${arnOf(stream)}`)
  }
  switch (ShardIteratorType) {
    case 'TRIM_HORIZON':
      return stream.first === undefined ? stream.last : stream.first - 1
    case 'LATEST':
      return stream.last
    case 'AT_SEQUENCE_NUMBER':
    case 'AFTER_SEQUENCE_NUMBER': {
      const position = typeof SequenceNumber === 'string' ? positionOf(SequenceNumber) : undefined
      if (position === undefined) throw validation(`Invalid SequenceNumber: ${String(SequenceNumber)}`)
      const after = ShardIteratorType === 'AT_SEQUENCE_NUMBER' ? position - 1 : position
      refuseTrimmed(stream, after)
      return after
    }
    case 'AT_TIMESTAMP':
      if (typeof Timestamp !== 'number' || Timestamp * 1000 > nowMs) {
        throw validation(`Invalid Timestamp: ${String(Timestamp)}`)
      }
      return Math.max(store.lastPositionBefore(stream.tableName, Timestamp), (stream.first ?? 1) - 1)
    default:
      throw validation(
        `1 validation error detected: Value '${String(ShardIteratorType)}' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set: [AFTER_SEQUENCE_NUMBER, LATEST, AT_SEQUENCE_NUMBER, TRIM_HORIZON, AT_TIMESTAMP]`,
      )
  }
}

function streamOf(store: EngineStore, streamArn: unknown): StoredStream {
  const [, tableName = '', label] = /:table\/([^/]+)\/stream\/([^/|]+)$/.exec(String(streamArn)) ?? []
  const stream = store.stream(tableName)
  if (!stream || publicLabel(stream.label) !== label) throw notFound(`Stream: ${String(streamArn)}`)
  return stream
}

function arnOf({ tableName, label }: StoredStream): string {
  return `arn:aws:dynamodb:us-east-1:${accountId}:table/${tableName}/stream/${publicLabel(label)}`
}

function iteratorAt(streamArn: string, position: number, issuedAtMs: number): string {
  return `${streamArn}|1|${Buffer.from(JSON.stringify([position, issuedAtMs])).toString('base64')}`
}

function readIterator(iterator: unknown): { streamArn: string; position: number; issuedAtMs: number } {
  const [streamArn = '', version, content = ''] = String(iterator).split('|')
  try {
    const [position, issuedAtMs] = JSON.parse(Buffer.from(content, 'base64').toString()) as unknown[]
    if (version === '1' && Number.isSafeInteger(position) && Number.isSafeInteger(issuedAtMs)) {
      return { streamArn, position: position as number, issuedAtMs: issuedAtMs as number }
    }
  } catch {
    // Answered below.
  }
  throw validation('Invalid ShardIterator')
}

/** The engine's iterators are base64 of JSON. */
function engineIterator(tableName: string, position: number): string {
  const iterator = { table_name: tableName, shard_id: `shardId-00000001-${tableName}`, position }
  return Buffer.from(JSON.stringify(iterator)).toString('base64')
}

function refuseTrimmed({ first }: StoredStream, position: number): void {
  if (first === undefined || position >= first - 1) return
  throw new AwsError(
    'TrimmedDataAccessException',
    'The operation attempted to read past the oldest stream record in a shard.',
  )
}

function expired(issuedAtMs: number, nowMs: number): AwsError {
  return new AwsError(
    'ExpiredIteratorException',
    `Iterator expired. The iterator was created at time ${new Date(issuedAtMs).toISOString()} while right now it is ${new Date(nowMs).toISOString()} which is further in the future than the tolerated delay of ${iteratorMs} milliseconds.`,
  )
}

function checkLimit(limit: unknown, max: number): number {
  if (typeof limit === 'number' && limit >= 1 && limit <= max) return limit
  const bound = Number(limit) > max ? `less than or equal to ${max}` : 'greater than or equal to 1'
  throw validation(
    `1 validation error detected: Value '${String(limit)}' at 'limit' failed to satisfy constraint: Member must have value ${bound}`,
  )
}

function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Requested resource not found: ${what} not found`)
}

function validation(message: string): AwsError {
  return new AwsError('ValidationException', message)
}
