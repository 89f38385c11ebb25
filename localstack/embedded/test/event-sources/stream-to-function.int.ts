import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DynamoDb, startDynamoDb } from '../../dynamodb/start-dynamodb.ts'
import { type Checkpoints, openCheckpoints } from '../../event-sources/checkpoints.ts'
import type { EventSource } from '../../event-sources/event-source.ts'
import { createStreamSource } from '../../event-sources/stream-source.ts'
import { createLambdaPool, type LambdaPool } from '../../lambda/lambda-pool.ts'
import type { JsonService } from '../../ports.ts'
import { createWakeups } from '../../wakeups.ts'

const developer = { kind: 'developer' } as const
const table = {
  TableName: 'Outbox',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
}
/** Prints what it gets; the lines are what the test looks at. */
const printing = `exports.handler = async ({ Records }) => {
  for (const { eventName, eventSourceARN, dynamodb } of Records) {
    console.log([eventName, dynamodb.Keys.pk.S, dynamodb.NewImage?.n?.N ?? '-', eventSourceARN.split(':')[5].split('/')[1]].join(' '))
  }
}`
const noQueues: JsonService = { handle: () => Promise.reject(new Error('no message should be sent')) }

let folder: string
let parts: { dynamo: DynamoDb; pool: LambdaPool; checkpoints: Checkpoints; source: EventSource }

async function start() {
  const wakeups = createWakeups()
  const log = { info() {}, warn() {} }
  const dynamo = await startDynamoDb({ dataDir: folder, tables: [table], wakeups, log })
  const pool = createLambdaPool({ dataDir: folder, endpointUrl: 'http://127.0.0.1:1', log })
  pool.deploy({
    name: 'relay-outbox',
    codeDir: join(folder, 'bundle'),
    handler: 'index.handler',
    environment: {},
    timeoutSeconds: 10,
    memoryMb: 128,
    roleName: 'relay-role',
  })
  const checkpoints = openCheckpoints(folder)
  dynamo.registerReader('Outbox', 'mapping')
  const source = createStreamSource({
    streams: dynamo.streams,
    queues: noQueues,
    invoke: pool.invoke,
    wakeups,
    checkpoints,
    log,
    onConsumed: (tableName, sequenceNumber) => dynamo.consumedUpTo(tableName, 'mapping', sequenceNumber),
    mapping: {
      id: 'mapping',
      functionRef: 'relay-outbox',
      tableName: 'Outbox',
      eventSourceArn: dynamo.tables[0]?.streamArn ?? '',
    },
  })
  parts = { dynamo, pool, checkpoints, source }
}

async function stop() {
  await parts.source.stop()
  await parts.pool.stop()
  await parts.dynamo.stop()
  parts.checkpoints.close()
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-aws-relay-'))
  mkdirSync(join(folder, 'bundle'))
  writeFileSync(join(folder, 'bundle', 'index.js'), printing)
  await start()
})
afterEach(async () => {
  await stop()
  rmSync(folder, { recursive: true })
})

const write = (operation: string, input: Record<string, unknown>) =>
  parts.dynamo.dynamodb.handle(operation, { TableName: 'Outbox', ...input }, developer)
const put = (pk: string, n: number) => write('PutItem', { Item: { pk: { S: pk }, n: { N: String(n) } } })
const lines = () => parts.pool.recentLines('relay-outbox')

describe('the stream of a real table', () => {
  it('reaches its function in order, each change once', async () => {
    await put('a', 1)
    await put('a', 2)
    await write('DeleteItem', { Key: { pk: { S: 'a' } } })
    await put('b', 1)
    await expect
      .poll(lines)
      .toEqual(['INSERT a 1 Outbox', 'MODIFY a 2 Outbox', 'REMOVE a - Outbox', 'INSERT b 1 Outbox'])
  })

  it('continues after a restart with what was written before the stop and after it', async () => {
    await put('a', 1)
    await expect.poll(lines).toEqual(['INSERT a 1 Outbox'])
    await parts.source.stop()
    await put('b', 1)
    await stop()
    await start()
    await put('c', 1)
    await expect.poll(lines).toEqual(['INSERT b 1 Outbox', 'INSERT c 1 Outbox'])
  })
})
