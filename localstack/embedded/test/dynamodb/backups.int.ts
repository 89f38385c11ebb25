import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { DynamoDb } from '../../dynamodb/start-dynamodb.ts'
import { developer, itemKey, ownDynamoDb, ownFolder, put, tickets } from './own-dynamodb.ts'

const withIndex = {
  ...tickets,
  AttributeDefinitions: [...tickets.AttributeDefinitions, { AttributeName: 'status', AttributeType: 'S' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byStatus',
      KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
}
const { StreamSpecification: _stream, ...withoutStream } = tickets

async function call(db: DynamoDb, operation: string, input: Record<string, unknown> = {}) {
  return (await db.dynamodb.handle(operation, input, developer)) as Record<string, unknown>
}

async function itemsOf(db: DynamoDb, TableName: string, more: object = {}): Promise<string[]> {
  const { Items } = await call(db, 'Scan', { TableName, ...more })
  return (Items as { pk: { S: string }; v?: { N: string } }[]).map(({ pk, v }) => `${pk.S}${v?.N ?? ''}`).sort()
}

/** Makes all stream records so far older, since they have whole seconds. */
function age(dataDir: string, seconds: number): void {
  const database = new DatabaseSync(`${dataDir}/dynamodb/data.db`, { timeout: 5_000 })
  database.prepare('UPDATE _stream_records SET created_at = created_at - ?').run(seconds)
  database.close()
}

describe('a backup', () => {
  it('is restored into a new table with its items and indexes, and without stream and TTL, as on AWS', async () => {
    const dataDir = ownFolder()
    const db = await ownDynamoDb({ dataDir, tables: [withIndex] })
    for (let number = 0; number < 60; number++) await put(db, `p${number}`, { status: { S: 'open' } })
    const { BackupDetails } = await call(db, 'CreateBackup', { TableName: 'Tickets', BackupName: 'nightly' })
    const { BackupArn } = BackupDetails as { BackupArn: string }
    expect(BackupArn).toMatch(/^arn:aws:dynamodb:us-east-1:000000000000:table\/Tickets\/backup\/\d{14}-[0-9a-f]{8}$/)
    await put(db, 'later')
    await db.stop()

    const again = await ownDynamoDb({ dataDir, tables: [withIndex] })
    const restored = await call(again, 'RestoreTableFromBackup', { TargetTableName: 'Restored', BackupArn })
    expect(restored.TableDescription).toMatchObject({
      TableName: 'Restored',
      TableStatus: 'CREATING',
      RestoreSummary: { SourceBackupArn: BackupArn, RestoreInProgress: true },
    })
    const { Table } = await call(again, 'DescribeTable', { TableName: 'Restored' })
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', RestoreSummary: { RestoreInProgress: false } })
    expect(Table).not.toHaveProperty('StreamSpecification')
    const { TimeToLiveDescription } = await call(again, 'DescribeTimeToLive', { TableName: 'Restored' })
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'DISABLED' })
    const before = Array.from({ length: 60 }, (_, number) => `p${number}`).sort()
    expect(await itemsOf(again, 'Restored')).toEqual(before)
    expect(await itemsOf(again, 'Restored', { IndexName: 'byStatus' })).toEqual(before)
    expect(await itemsOf(again, 'Tickets')).toHaveLength(61)
  })

  it('is listed, described and deleted, and what is not there is refused by its name', async () => {
    const db = await ownDynamoDb()
    await put(db, 'a')
    const { BackupDetails } = await call(db, 'CreateBackup', { TableName: 'Tickets', BackupName: 'first' })
    const { BackupArn } = BackupDetails as { BackupArn: string }
    const { BackupSummaries } = await call(db, 'ListBackups', { TableName: 'Tickets' })
    expect(BackupSummaries).toMatchObject([{ BackupArn, BackupName: 'first', BackupStatus: 'AVAILABLE' }])
    expect(await call(db, 'ListBackups', { TableName: 'Other' })).toEqual({ BackupSummaries: [] })
    const { BackupDescription } = await call(db, 'DescribeBackup', { BackupArn })
    expect(BackupDescription).toMatchObject({ SourceTableDetails: { TableName: 'Tickets', ItemCount: 1 } })
    const refused = (operation: string, input: object) =>
      call(db, operation, { BackupArn, TargetTableName: 'Restored', TableName: 'Tickets', ...input }).then(
        () => undefined,
        (error: { code: string }) => error.code,
      )
    expect(await refused('CreateBackup', { TableName: 'Nope', BackupName: 'name' })).toBe('TableNotFoundException')
    expect(await refused('CreateBackup', { BackupName: 'a b' })).toBe('ValidationException')
    expect(await refused('RestoreTableFromBackup', { TargetTableName: 'Tickets' })).toBe('TableAlreadyExistsException')
    await call(db, 'DeleteBackup', { BackupArn })
    expect(await refused('DescribeBackup', {})).toBe('BackupNotFoundException')
    expect(await refused('RestoreTableFromBackup', {})).toBe('BackupNotFoundException')
    expect(await itemsOf(db, 'Tickets')).toEqual(['a'])
  })

  it('whose restore was cut off leaves no table with some of the items', async () => {
    const dataDir = ownFolder()
    const db = await ownDynamoDb({ dataDir })
    await call(db, 'CreateTable', { ...withoutStream, TableName: 'Half', TimeToLiveSpecification: undefined })
    await db.stop()
    const database = new DatabaseSync(`${dataDir}/dynamodb/backups.db`)
    database.exec(`INSERT INTO restores VALUES ('Half', '{}', 0)`)
    database.close()
    const warned: string[] = []
    const again = await ownDynamoDb({ dataDir, log: { info: () => {}, warn: (line) => void warned.push(line) } })
    expect(await call(again, 'ListTables')).toEqual({ TableNames: ['Tickets'] })
    expect(warned).toEqual([expect.stringContaining('the restore of table Half was cut off')])
  })
})

describe('a restore to a point in time', () => {
  it('takes back what the stream says was changed since then', async () => {
    const dataDir = ownFolder()
    const sinceSeconds = Math.floor(Date.now() / 1000) - 100
    let now = sinceSeconds * 1000
    const db = await ownDynamoDb({ dataDir, now: () => now })
    await put(db, 'kept', { v: { N: '1' } })
    await put(db, 'changed', { v: { N: '1' } })
    await put(db, 'deleted', { v: { N: '1' } })
    age(dataDir, 60)
    await put(db, 'changed', { v: { N: '2' } })
    await put(db, 'changed', { v: { N: '3' } })
    await put(db, 'new', { v: { N: '1' } })
    await call(db, 'DeleteItem', { TableName: 'Tickets', Key: itemKey('deleted') })
    now = Date.now() + 1_000
    const database = new DatabaseSync(`${dataDir}/dynamodb/data.db`)
    // The stream was made before what is told about it.
    database.exec(`UPDATE _tables SET stream_label = '${sinceSeconds}.000000000'`)
    database.close()

    const restore = (TargetTableName: string, when: object) =>
      call(db, 'RestoreTableToPointInTime', { SourceTableName: 'Tickets', TargetTableName, ...when })
    const { ContinuousBackupsDescription } = await call(db, 'DescribeContinuousBackups', { TableName: 'Tickets' })
    expect(ContinuousBackupsDescription).toMatchObject({
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: 'ENABLED',
        EarliestRestorableDateTime: sinceSeconds,
      },
    })
    await restore('Then', { RestoreDateTime: Math.floor(Date.now() / 1000) - 30 })
    expect(await itemsOf(db, 'Then')).toEqual(['changed1', 'deleted1', 'kept1'])
    await restore('Latest', { UseLatestRestorableTime: true })
    expect(await itemsOf(db, 'Latest')).toEqual(['changed3', 'kept1', 'new1'])
    await expect(restore('Before', { RestoreDateTime: sinceSeconds - 1 })).rejects.toMatchObject({
      code: 'InvalidRestoreTimeException',
    })
  })

  it('needs recovery to be on, and for any time but the latest a stream with old images', async () => {
    const db = await ownDynamoDb({ tables: [withoutStream as typeof tickets] })
    await put(db, 'a')
    const restore = (when: object) =>
      call(db, 'RestoreTableToPointInTime', { SourceTableName: 'Tickets', TargetTableName: 'Then', ...when })
    await expect(restore({ RestoreDateTime: Math.floor(Date.now() / 1000) })).rejects.toMatchObject({
      status: 501,
      message: expect.stringContaining('set its StreamViewType to NEW_AND_OLD_IMAGES'),
    })
    await call(db, 'UpdateContinuousBackups', {
      TableName: 'Tickets',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    })
    await expect(restore({ UseLatestRestorableTime: true })).rejects.toMatchObject({
      code: 'PointInTimeRecoveryUnavailableException',
    })
    expect(await call(db, 'ListTables')).toEqual({ TableNames: ['Tickets'] })
  })
})
