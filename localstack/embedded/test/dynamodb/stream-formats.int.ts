import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { DynamoDb } from '../../dynamodb/start-dynamodb.ts'
import { convertPosition, positionOf, sequenceNumberAt } from '../../dynamodb/stream-names.ts'
import { openCheckpoints } from '../../event-sources/checkpoints.ts'
import { shardReader } from '../../event-sources/shard-reader.ts'
import { developer, ownDynamoDb, ownFolder, put, readStream } from './own-dynamodb.ts'

async function call(db: DynamoDb, operation: string, input: Record<string, unknown> = {}) {
  return (await db.streams.handle(operation, input, developer)) as Record<string, unknown>
}

async function describeStream(db: DynamoDb) {
  const StreamArn = db.tables[0]?.streamArn ?? ''
  const { StreamDescription } = await call(db, 'DescribeStream', { StreamArn })
  const { Shards, StreamLabel } = StreamDescription as { Shards: { ShardId: string }[]; StreamLabel: string }
  return { StreamArn, StreamLabel, ShardId: Shards[0]?.ShardId ?? '' }
}

describe('the names of a stream', () => {
  it('have the formats of DynamoDB Streams, which clients check, and stay the same over a restart', async () => {
    const dataDir = ownFolder()
    const db = await ownDynamoDb({ dataDir })
    await put(db, 'a')
    const { StreamArn, StreamLabel, ShardId } = await describeStream(db)
    expect(StreamLabel).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/)
    expect(StreamArn).toBe(`arn:aws:dynamodb:us-east-1:000000000000:table/Tickets/stream/${StreamLabel}`)
    expect(ShardId).toMatch(/^shardId-\d{20}-[0-9a-f]{8}$/)
    const [record] = await readStream(db)
    expect(record?.dynamodb.SequenceNumber).toMatch(/^\d{21}$/)
    expect(await call(db, 'ListStreams')).toEqual({ Streams: [{ StreamArn, StreamLabel, TableName: 'Tickets' }] })
    const { Table } = (await db.dynamodb.handle('DescribeTable', { TableName: 'Tickets' }, developer)) as {
      Table: unknown
    }
    expect(Table).toMatchObject({ LatestStreamArn: StreamArn, LatestStreamLabel: StreamLabel })
    await db.stop()
    expect(await describeStream(await ownDynamoDb({ dataDir }))).toEqual({ StreamArn, StreamLabel, ShardId })
  })

  it('of an older data folder are converted, so that a reader goes on where it was', async () => {
    const dataDir = ownFolder()
    const db = await ownDynamoDb({ dataDir })
    for (const pk of ['a', 'b', 'c']) await put(db, pk)
    const { StreamArn, StreamLabel, ShardId } = await describeStream(db)
    const engine = new DatabaseSync(`${dataDir}/dynamodb/data.db`, { readOnly: true })
    const label = String(engine.prepare('SELECT stream_label FROM _tables').get()?.stream_label)
    engine.close()

    const before = openCheckpoints(dataDir)
    before.savePosition(`mapping/${label}/shardId-00000001-Tickets`, '2')
    before.savePosition(`idle/${label}/shardId-00000001-Tickets`, '0')
    before.close()
    for (const start of ['first', 'second']) {
      const checkpoints = openCheckpoints(dataDir)
      expect(checkpoints.position(`mapping/${StreamLabel}/${ShardId}`), start).toBe(sequenceNumberAt(2))
      expect(checkpoints.position(`idle/${StreamLabel}/${ShardId}`), start).toBe('0')
      checkpoints.close()
    }
    const reader = shardReader({
      streams: db.streams,
      principal: developer,
      streamArn: StreamArn,
      shardId: ShardId,
      after: sequenceNumberAt(2),
    })
    expect((await reader.read()).map(({ dynamodb }) => dynamodb.SequenceNumber)).toEqual([sequenceNumberAt(3)])
  })

  it('are converted only where they are the engine’s', () => {
    expect(convertPosition('mapping/2026-01-01T00:00:00.000/shardId-x', '1')).toBeUndefined()
    expect(positionOf('17')).toBe(17)
    expect(positionOf(sequenceNumberAt(17))).toBe(17)
    expect(positionOf('200000000000000000017')).toBeUndefined()
    expect(positionOf('x')).toBeUndefined()
  })
})

describe('reading a stream', () => {
  it('names the service that removed an expired item, to clients and to functions each in their notation', async () => {
    const db = await ownDynamoDb()
    await put(db, 'a', { expiresAt: { N: String(Math.floor(Date.now() / 1000) - 10) } })
    await db.sweep()
    expect((await readStream(db)).at(-1)?.userIdentity).toEqual({
      Type: 'Service',
      PrincipalId: 'dynamodb.amazonaws.com',
    })
    const { StreamArn: streamArn, ShardId: shardId } = await describeStream(db)
    const reader = shardReader({ streams: db.streams, principal: developer, streamArn, shardId, after: undefined })
    expect((await reader.read()).at(-1)?.userIdentity).toEqual({
      type: 'Service',
      principalId: 'dynamodb.amazonaws.com',
    })
  })

  it('of which there is no such stream, shard or iterator is refused', async () => {
    const db = await ownDynamoDb()
    const { StreamArn, ShardId } = await describeStream(db)
    const other = StreamArn.replace(/[^/]+$/, '2020-01-01T00:00:00.000')
    const start = { ShardIteratorType: 'TRIM_HORIZON' }
    const notFound = { code: 'ResourceNotFoundException', status: 400 }
    await expect(call(db, 'DescribeStream', { StreamArn: other })).rejects.toMatchObject(notFound)
    await expect(call(db, 'GetShardIterator', { StreamArn: other, ShardId, ...start })).rejects.toMatchObject(notFound)
    const unknown = 'shardId-00000000000000000001-00000000'
    await expect(call(db, 'GetShardIterator', { StreamArn, ShardId: unknown, ...start })).rejects.toMatchObject(
      notFound,
    )
    for (const ShardIterator of ['', 'x', `${StreamArn}|1|x`, `${StreamArn}|2|WzAsMF0=`]) {
      await expect(call(db, 'GetRecords', { ShardIterator })).rejects.toMatchObject({ code: 'ValidationException' })
    }
  })

  it('starts where its iterator says, and with an old one it is refused', async () => {
    let now = Date.now()
    const db = await ownDynamoDb({ now: () => now })
    for (const pk of ['a', 'b']) await put(db, pk)
    const { StreamArn, ShardId } = await describeStream(db)
    const iterator = async (start: Record<string, unknown>) => {
      const { ShardIterator } = await call(db, 'GetShardIterator', { StreamArn, ShardId, ...start })
      return { ShardIterator }
    }
    const from = async (start: Record<string, unknown>) => {
      const { Records } = await call(db, 'GetRecords', await iterator(start))
      return (Records as { dynamodb: { Keys: { pk: { S: string } } } }[]).map(({ dynamodb }) => dynamodb.Keys.pk.S)
    }
    expect(await from({ ShardIteratorType: 'TRIM_HORIZON' })).toEqual(['a', 'b'])
    expect(await from({ ShardIteratorType: 'LATEST' })).toEqual([])
    expect(await from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: sequenceNumberAt(2) })).toEqual(['b'])
    expect(await from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequenceNumberAt(1) })).toEqual([
      'b',
    ])
    expect(await from({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: now / 1000 - 60 })).toEqual(['a', 'b'])
    const old = await iterator({ ShardIteratorType: 'TRIM_HORIZON' })
    now += 16 * 60_000
    await expect(call(db, 'GetRecords', old)).rejects.toMatchObject({ code: 'ExpiredIteratorException' })
  })

  it('before what was trimmed is refused, and a reader that was away goes on with the oldest record', async () => {
    let now = Date.now()
    const db = await ownDynamoDb({ now: () => now })
    for (const pk of ['a', 'b', 'c']) await put(db, pk)
    const { StreamArn, ShardId } = await describeStream(db)
    now += 25 * 60 * 60_000
    expect(await db.sweep()).toMatchObject({ streamRecords: 2 })
    const start = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber: sequenceNumberAt(1) }
    await expect(call(db, 'GetShardIterator', { StreamArn, ShardId, ...start })).rejects.toMatchObject({
      code: 'TrimmedDataAccessException',
    })
    const away = { streams: db.streams, principal: developer, streamArn: StreamArn, shardId: ShardId }
    const records = await shardReader({ ...away, after: sequenceNumberAt(1) }).read()
    expect(records.map(({ dynamodb }) => dynamodb.SequenceNumber)).toEqual([sequenceNumberAt(3)])
  })
})
