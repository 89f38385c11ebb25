import { beforeEach, describe, expect, it } from 'vitest'
import { type Consumption, createMeter } from '../../localstack/embedded/dynamodb/meter.ts'
import type { DynamoDb } from '../../localstack/embedded/dynamodb/start-dynamodb.ts'
import { developer, itemKey, ownDynamoDb, tickets } from '../../localstack/embedded/test/dynamodb/own-dynamodb.ts'
import { bytesOf, capacityOf, type TablesSettings } from '../../proof/cost/capacity.ts'

const indexes = [
  { IndexName: 'whole', attribute: 'wholePk', ProjectionType: 'ALL' as const },
  { IndexName: 'keys', attribute: 'keysPk', ProjectionType: 'KEYS_ONLY' as const },
]
const table = {
  ...tickets,
  AttributeDefinitions: [
    ...tickets.AttributeDefinitions,
    ...indexes.map(({ attribute }) => ({ AttributeName: attribute, AttributeType: 'S' })),
  ],
  GlobalSecondaryIndexes: indexes.map(({ IndexName, attribute, ProjectionType }) => ({
    IndexName,
    KeySchema: [{ AttributeName: attribute, KeyType: 'HASH' }],
    Projection: { ProjectionType },
  })),
}
const settings: TablesSettings = {
  Tickets: {
    keys: ['pk', 'sk'],
    indexes: indexes.map(({ IndexName, attribute, ProjectionType }) => ({
      name: IndexName,
      keys: [attribute],
      projection: ProjectionType,
    })),
  },
}

const item = (pk: string, more: Record<string, unknown> = {}) => ({
  ...itemKey(pk),
  wholePk: { S: 'w' },
  keysPk: { S: 'k' },
  body: { S: 'ä'.repeat(700) },
  nested: { M: { seq: { N: '12' }, list: { L: [{ S: 'a' }, { BOOL: true }] } } },
  ...more,
})
const Put = (pk: string, more?: Record<string, unknown>) => ({ TableName: 'Tickets', Item: item(pk, more) })
const Get = (pk: string) => ({ TableName: 'Tickets', Key: itemKey(pk) })

/** Each in turn, on the same table. The number of write or read units is by AWS's rules, and so is each index's. */
const calls: [name: string, operation: string, input: Record<string, unknown>, units: number][] = [
  ['a new item of 2 KB in both indexes', 'PutItem', Put('a'), 2 + 2 + 1],
  ['the same item again', 'PutItem', Put('a'), 2],
  ['one attribute that only one index holds', 'PutItem', Put('a', { nested: { N: '1' } }), 2 + 2],
  ['a key of both indexes', 'PutItem', Put('a', { wholePk: { S: 'x' }, keysPk: { S: 'y' } }), 2 + 4 + 2],
  [
    'an update',
    'UpdateItem',
    {
      ...Get('a'),
      UpdateExpression: 'SET #b = :b',
      ExpressionAttributeNames: { '#b': 'by' },
      ExpressionAttributeValues: { ':b': { S: 'me' } },
    },
    2 + 2,
  ],
  [
    'a transaction of two puts',
    'TransactWriteItems',
    { TransactItems: [{ Put: Put('a') }, { Put: Put('b') }] },
    8 + 4 + 2 + 2 + 1,
  ],
  ['a consistent read', 'GetItem', { ...Get('a'), ConsistentRead: true }, 1],
  ['an eventually consistent read of nothing', 'GetItem', Get('none'), 0.5],
  ['a snapshot of two', 'TransactGetItems', { TransactItems: [{ Get: Get('a') }, { Get: Get('none') }] }, 4],
  [
    'a batch of consistent reads',
    'BatchGetItem',
    { RequestItems: { Tickets: { Keys: [itemKey('a'), itemKey('b')], ConsistentRead: true } } },
    2,
  ],
  ['a deletion', 'DeleteItem', Get('a'), 2 + 2 + 1],
]

describe('what a call consumes, while someone watches', () => {
  const meter = createMeter()
  let db: DynamoDb
  beforeEach(async () => {
    db = await ownDynamoDb({ tables: [table], meter })
  })

  async function metered(operation: string, input: Record<string, unknown>): Promise<Consumption | undefined> {
    const unwatch = meter.watch()
    await db.dynamodb.answer(operation, input, Buffer.from(JSON.stringify(input)), developer)
    unwatch()
    return meter.of(input)
  }

  it('is what the engine reports, and what the rules of the bill say from the sizes of the items', async () => {
    for (const [name, operation, input, expected] of calls) {
      const consumed = await metered(operation, input)
      const reported = consumed?.units.reduce((sum, { read, write }) => sum + read + write, 0)
      const rows = consumed?.items.map(({ before, after, changed, ...rest }) => ({
        table: rest.table,
        kind: '',
        ...(before && { bytesBefore: bytesOf(before), before }),
        ...(after && { bytesAfter: bytesOf(after), after }),
        changed,
      }))
      const call = {
        function: '',
        operation,
        isConsistent: consumed?.isConsistent ?? false,
        times: 1,
        rows: rows ?? [],
      }
      const { read, write } = capacityOf(call, settings)
      expect([name, reported, read + write]).toEqual([name, expected, expected])
    }
  })

  it('is the larger item for a condition that fails, although the answer does not say so', async () => {
    await metered('PutItem', Put('b'))
    const input = { ...Put('b'), ConditionExpression: 'attribute_not_exists(pk)' }
    const consumed = await metered('PutItem', input)
    expect(consumed?.units).toEqual([{ table: 'Tickets', read: 0, write: 2 }])
  })

  it('is not in the answer, unless the caller asked for it', async () => {
    const unwatch = meter.watch()
    const answer = async (input: Record<string, unknown>) => {
      const { body } = await db.dynamodb.answer('PutItem', input, Buffer.from(JSON.stringify(input)), developer)
      return JSON.parse(String(body))
    }
    expect(await answer(Put('c'))).toEqual({})
    expect(await answer({ ...Put('c'), ReturnConsumedCapacity: 'TOTAL' })).toHaveProperty('ConsumedCapacity')
    unwatch()
    const input = Put('c')
    await db.dynamodb.answer('PutItem', input, Buffer.from(JSON.stringify(input)), developer)
    expect(meter.of(input)).toBeUndefined()
  })
})
