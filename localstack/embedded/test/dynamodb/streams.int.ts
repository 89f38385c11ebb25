import { describe, expect, it } from 'vitest'
import { openEngineStore } from '../../dynamodb/engine-store.ts'
import { sequenceNumberAt } from '../../dynamodb/stream-names.ts'
import { streamTrim } from '../../dynamodb/stream-trim.ts'
import { developer, itemKey, ownDynamoDb, ownFolder, put, readStream } from './own-dynamodb.ts'

describe("a table's stream", () => {
  it('has one open shard that starts at the smallest sequence number, and records from us-east-1', async () => {
    const db = await ownDynamoDb()
    for (let number = 0; number < 12; number++) await put(db, `p${number}`)
    const StreamArn = db.tables[0]?.streamArn
    const { StreamDescription } = (await db.streams.handle('DescribeStream', { StreamArn }, developer)) as {
      StreamDescription: Record<string, unknown>
    }
    expect(StreamDescription).toMatchObject({
      StreamArn,
      Shards: [{ SequenceNumberRange: { StartingSequenceNumber: sequenceNumberAt(1) } }],
    })
    expect(JSON.stringify(StreamDescription)).not.toContain('EndingSequenceNumber')
    expect((await readStream(db)).map((record) => record.awsRegion)).toEqual(Array(12).fill('us-east-1'))
  })

  it('has no record for a write that changed nothing', async () => {
    const db = await ownDynamoDb()
    await put(db, 'a', { tags: { SS: ['x', 'y'] } })
    await put(db, 'a', { tags: { SS: ['y', 'x'] } })
    await put(db, 'a', { tags: { SS: ['y'] } })
    expect((await readStream(db)).map((record) => record.eventName)).toEqual(['INSERT', 'MODIFY'])
  })

  it('is trimmed by age and size, but keeps its last record and what a reader has not consumed', async () => {
    const dataDir = ownFolder()
    const db = await ownDynamoDb({ dataDir })
    for (let number = 1; number <= 10; number++) await put(db, `p${number}`)
    const store = openEngineStore(`${dataDir}/dynamodb/data.db`)
    const count = async () => (await readStream(db)).length

    const byNumber = streamTrim(store, Date.now, { keepRecords: 4 })
    byNumber.registerReader('Tickets', 'reader')
    expect(byNumber.run()).toBe(0)
    byNumber.consumedUpTo('Tickets', 'reader', 3)
    expect(byNumber.run()).toBe(3)
    byNumber.registerReader('Tickets', 'slow reader')
    byNumber.consumedUpTo('Tickets', 'reader', 10)
    expect(byNumber.run()).toBe(0)
    byNumber.consumedUpTo('Tickets', 'slow reader', 10)
    expect(byNumber.run()).toBe(3)

    expect(streamTrim(store, Date.now).run()).toBe(0)
    const dayLater = () => Date.now() + 24 * 60 * 60 * 1000 + 5_000
    expect(streamTrim(store, dayLater).run()).toBe(3)
    expect(await count()).toBe(1)
    expect(streamTrim(store, dayLater).run()).toBe(0)
    await put(db, 'p11')
    expect((await readStream(db)).map((record) => record.dynamodb.SequenceNumber)).toEqual([
      sequenceNumberAt(10),
      sequenceNumberAt(11),
    ])
    store.close()
  })
})

describe('an expired item', () => {
  it('is deleted by the sweep with a service record in the stream, and no other item is', async () => {
    const nowSeconds = Math.floor(Date.now() / 1000)
    const db = await ownDynamoDb()
    await put(db, 'expired', { expiresAt: { N: String(nowSeconds - 10) } })
    await put(db, 'later', { expiresAt: { N: String(nowSeconds + 3_600) } })
    await put(db, 'never')
    await put(db, 'text', { expiresAt: { S: '1' } })
    await put(db, 'six years old', { expiresAt: { N: String(nowSeconds - 6 * 365 * 86_400) } })
    await db.dynamodb.handle('DeleteItem', { TableName: 'Tickets', Key: itemKey('never') }, developer)
    expect(await db.sweep()).toMatchObject({ expiredItems: 1 })
    expect(await db.sweep()).toMatchObject({ expiredItems: 0 })
    const { Items } = (await db.dynamodb.handle('Scan', { TableName: 'Tickets' }, developer)) as {
      Items: { pk: { S: string } }[]
    }
    expect(Items.map((item) => item.pk.S).sort()).toEqual(['later', 'six years old', 'text'])
    const removals = (await readStream(db)).filter((record) => record.eventName === 'REMOVE')
    expect(removals.map((record) => [record.dynamodb.Keys.pk.S, record.userIdentity])).toEqual([
      ['never', undefined],
      ['expired', { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' }],
    ])
  })

  it('stays when its expiry is extended during the sweep', async () => {
    const nowSeconds = Math.floor(Date.now() / 1000)
    const db = await ownDynamoDb()
    await put(db, 'a', { expiresAt: { N: String(nowSeconds - 10) } })
    const sweep = db.sweep()
    const renewed = put(db, 'a', { expiresAt: { N: String(nowSeconds + 3_600) } })
    await Promise.all([sweep, renewed])
    const { Item } = (await db.dynamodb.handle('GetItem', { TableName: 'Tickets', Key: itemKey('a') }, developer)) as {
      Item: { expiresAt: { N: string } }
    }
    expect(Item.expiresAt.N).toBe(String(nowSeconds + 3_600))
  })
})
