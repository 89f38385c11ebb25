import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { startDynamoDb } from '../../../localstack/embedded/dynamodb/start-dynamodb.ts'
import { startOpenEdge } from '../../../localstack/embedded/test/edge/start-open-edge.ts'
import { createWakeups } from '../../../localstack/embedded/wakeups.ts'
import { engineTables } from '../../../proof/engine-store.ts'
import { DynamoStore } from '../../../tables/dynamo-store.ts'
import type { Row } from '../../../tables/store.ts'

/** What one write did to one row. */
export interface Change {
  before: Row | undefined
  after: Row | undefined
}

/** The table of tickets on the embedded DynamoDB behind its edge, which knows conflicts, with a stream of both images. */
export interface StreamedTable {
  store: DynamoStore
  /** What the stream has got since the last call, in its order. */
  changes(): Promise<Change[]>
  stop(): Promise<void>
}

interface StreamRecord {
  dynamodb: Record<'OldImage' | 'NewImage', Record<string, AttributeValue> | undefined>
}

export async function startStreamedTable(): Promise<StreamedTable> {
  const dataDir = await mkdtemp(join(tmpdir(), 'steadfast-streams-'))
  const log = { info() {}, warn() {} }
  const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' })
  const TableName = String(engineTables.Tickets)
  const table = {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [attribute('pk'), attribute('sk')],
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
  }
  const { dynamodb, streams, tables, stop } = await startDynamoDb({
    dataDir,
    tables: [table],
    wakeups: createWakeups(),
    log,
  })
  const edge = await startOpenEdge({ services: { dynamodb }, log })
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const store = new DynamoStore(engineTables, { endpoint: edge.origin, region: 'us-east-1', credentials })

  const StreamArn = tables[0]?.streamArn
  const ask = async <Answer>(operation: string, input: object) =>
    (await streams.handle(operation, { ...input }, { kind: 'developer' })) as Answer
  const { StreamDescription } = await ask<{ StreamDescription: { Shards: { ShardId: string }[] } }>('DescribeStream', {
    StreamArn,
  })
  const ShardId = StreamDescription.Shards[0]?.ShardId
  const first = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
  let { ShardIterator: next } = await ask<{ ShardIterator: string }>('GetShardIterator', first)

  return {
    store,
    async changes() {
      const records: StreamRecord[] = []
      for (;;) {
        const page = await ask<{ Records: StreamRecord[]; NextShardIterator: string }>('GetRecords', {
          ShardIterator: next,
        })
        next = page.NextShardIterator
        if (page.Records.length === 0) break
        records.push(...page.Records)
      }
      return records.map(({ dynamodb: { OldImage, NewImage } }) => ({
        before: rowOf(OldImage),
        after: rowOf(NewImage),
      }))
    },
    async stop() {
      await edge.stop()
      await stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function rowOf(image: Record<string, AttributeValue> | undefined): Row | undefined {
  return image && (unmarshall(image) as Row)
}
