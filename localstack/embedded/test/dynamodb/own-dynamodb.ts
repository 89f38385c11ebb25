import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type DynamoDb, type DynamoDbOptions, startDynamoDb } from '../../dynamodb/start-dynamodb.ts'
import type { TableProperties } from '../../dynamodb/tables.ts'
import type { Principal } from '../../ports.ts'
import { createWakeups } from '../../wakeups.ts'

const cleanups: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const clean of cleanups.reverse().splice(0)) await clean()
})

/** A folder that is removed after the test. */
export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-aws-dynamodb-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A DynamoDB of its own, stopped after the test; nothing sweeps unless the test says so. */
export async function ownDynamoDb(options: Partial<DynamoDbOptions> = {}): Promise<DynamoDb> {
  const started = await startDynamoDb({
    dataDir: options.dataDir ?? ownFolder(),
    tables: [tickets],
    wakeups: createWakeups(),
    log: { info: () => {}, warn: () => {} },
    sweepEveryMs: 3_600_000,
    ...options,
  })
  cleanups.push(() => started.stop())
  return started
}

export const developer: Principal = { kind: 'developer' }

/** A table with a composite key, a stream of both images and a TTL. */
export const tickets: TableProperties = {
  TableName: 'Tickets',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
}

export const itemKey = (pk: string, sk = 'HEADER') => ({ pk: { S: pk }, sk: { S: sk } })

/** Writes one item by itself. */
export function put(db: DynamoDb, pk: string, rest: Record<string, unknown> = {}) {
  return db.dynamodb.handle('PutItem', { TableName: 'Tickets', Item: { ...itemKey(pk), ...rest } }, developer)
}

export interface StreamRecord {
  eventName: string
  awsRegion: string
  userIdentity?: unknown
  dynamodb: { Keys: { pk: { S: string } }; SequenceNumber: string }
}

/** All records of the table's stream that are there now. */
export async function readStream(db: DynamoDb, position = 0): Promise<StreamRecord[]> {
  const StreamArn = db.tables[position]?.streamArn
  const call = async (operation: string, input: Record<string, unknown>) =>
    (await db.streams.handle(operation, input, developer)) as Record<string, unknown>
  const { StreamDescription } = await call('DescribeStream', { StreamArn })
  const [shard] = (StreamDescription as { Shards: { ShardId: string }[] }).Shards
  const { ShardIterator } = await call('GetShardIterator', {
    StreamArn,
    ShardId: shard?.ShardId,
    ShardIteratorType: 'TRIM_HORIZON',
  })
  const { Records } = await call('GetRecords', { ShardIterator })
  return Records as StreamRecord[]
}
