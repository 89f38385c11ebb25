import { writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findEngineBinary } from '../../dynamodb/engine-binary.ts'
import { developer, itemKey, ownDynamoDb, ownFolder, put, tickets } from './own-dynamodb.ts'

const byStatus = {
  IndexName: 'byStatus',
  KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
}
const withStatus = [...tickets.AttributeDefinitions, { AttributeName: 'status', AttributeType: 'S' }]

describe('starting DynamoDB', () => {
  it('creates the tables of the template, with ARNs in us-east-1', async () => {
    const db = await ownDynamoDb()
    expect(db.tables).toEqual([
      {
        tableName: 'Tickets',
        arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Tickets',
        streamArn: expect.stringMatching(/^arn:aws:dynamodb:us-east-1:000000000000:table\/Tickets\/stream\/.+/),
      },
    ])
    const { TimeToLiveDescription } = (await db.dynamodb.handle(
      'DescribeTimeToLive',
      { TableName: 'Tickets' },
      developer,
    )) as {
      TimeToLiveDescription: unknown
    }
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' })
  })

  it('again keeps data and stream, and adds and removes indexes, stream and TTL as the template changes', async () => {
    const dataDir = ownFolder()
    const first = await ownDynamoDb({ dataDir })
    await put(first, 'a', { status: { S: 'open' } })
    await first.stop()

    const changed = { ...tickets, AttributeDefinitions: withStatus, GlobalSecondaryIndexes: [byStatus] }
    const second = await ownDynamoDb({ dataDir, tables: [changed] })
    expect(second.tables).toEqual(first.tables)
    const found = (await second.dynamodb.handle(
      'Query',
      {
        TableName: 'Tickets',
        IndexName: 'byStatus',
        KeyConditionExpression: '#s = :s',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': { S: 'open' } },
      },
      developer,
    )) as { Count: number }
    expect(found.Count).toBe(1)
    await second.stop()

    const { StreamSpecification: _s, TimeToLiveSpecification: _t, ...bare } = tickets
    const third = await ownDynamoDb({ dataDir, tables: [bare as typeof tickets] })
    expect(third.tables[0]).not.toHaveProperty('streamArn')
    const { Table } = (await third.dynamodb.handle('DescribeTable', { TableName: 'Tickets' }, developer)) as {
      Table: Record<string, unknown>
    }
    expect(Table.GlobalSecondaryIndexes ?? []).toEqual([])
  })

  it('is refused in one line when the template has another key than the stored table', async () => {
    const dataDir = ownFolder()
    await (await ownDynamoDb({ dataDir })).stop()
    const other = { ...tickets, KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }] }
    await expect(ownDynamoDb({ dataDir, tables: [other] })).rejects.toThrow(
      /^table Tickets has another key in the data folder than in the template: .*--fresh.*$/,
    )
  })

  it.each(['no database at all', 'SQLite format 3\0 and then nothing useful'])(
    'fails on a damaged file (%s) with what to do',
    async (text) => {
      const dataDir = ownFolder()
      await mkdir(join(dataDir, 'dynamodb'))
      writeFileSync(join(dataDir, 'dynamodb', 'data.db'), text.padEnd(8192, 'x'))
      await expect(ownDynamoDb({ dataDir })).rejects.toThrow(/^.*data\.db is damaged.*--fresh.*$/)
    },
  )

  it('is refused in one line on a folder that another stack uses, which keeps running', async () => {
    const dataDir = ownFolder()
    const first = await ownDynamoDb({ dataDir })
    await expect(ownDynamoDb({ dataDir })).rejects.toThrow(
      /^the data folder of .* is in use by another stack: .*--data DIR$/,
    )
    await put(first, 'still there')
  })

  it('without a binary for this platform fails with what to install or set', () => {
    expect(() => findEngineBinary({ env: {}, platform: 'sunos', arch: 'sparc' })).toThrow(
      /^the DynamoDB engine for sunos-sparc is not installed: .*@dynoxide\/sunos-sparc@1\.2\.1.*DYNOXIDE_BIN.*$/,
    )
    expect(() => findEngineBinary({ env: { DYNOXIDE_BIN: '/nowhere' }, platform: 'linux', arch: 'x64' })).toThrow(
      'DYNOXIDE_BIN points at /nowhere, which does not exist',
    )
  })
})

describe('an operation that the engine does not support', () => {
  it.each(['ExportTableToPointInTime', 'ImportTable', 'CreateGlobalTable', 'Nonsense'])(
    'gets 501 and the reason: %s',
    async (operation) => {
      const db = await ownDynamoDb()
      await expect(db.dynamodb.handle(operation, {}, developer)).rejects.toMatchObject({
        status: 501,
        code: 'NotImplemented',
      })
    },
  )
})

describe('a write', () => {
  it('wakes those who wait for its table, unless it failed', async () => {
    const notified: string[] = []
    const wakeups = { notify: (topic: string) => void notified.push(topic), wait: async () => {} }
    const db = await ownDynamoDb({ wakeups })
    await put(db, 'a')
    await db.dynamodb.handle(
      'TransactWriteItems',
      { TransactItems: [{ Delete: { TableName: 'Tickets', Key: itemKey('a') } }] },
      developer,
    )
    const refused = db.dynamodb.handle(
      'PutItem',
      { TableName: 'Tickets', Item: itemKey('b'), ConditionExpression: 'attribute_exists(pk)' },
      developer,
    )
    await expect(refused).rejects.toThrow('The conditional request failed')
    expect(notified).toEqual(['dynamodb:Tickets', 'dynamodb:Tickets'])
  })
})
