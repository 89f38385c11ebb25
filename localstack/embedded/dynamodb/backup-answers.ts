import { AwsError } from '../aws-error.ts'
import { accountId } from '../ports.ts'
import type { Backup } from './backup-store.ts'
import { list } from './touched-items.ts'

type Input = Record<string, unknown>

/** The times between which a table can be restored, in epoch milliseconds. */
export interface Recovery {
  earliestMs: number
  latestMs: number
  days: number
  viewType: string | undefined
}

/** Seconds are what a stream record's time is kept in, and a restore's. */
export function checkTime(tableName: string, atMs: number, { earliestMs, latestMs, viewType }: Recovery): void {
  if (!viewType?.includes('OLD')) {
    throw new AwsError(
      'NotImplemented',
      `The embedded stack restores a table to a point in time from the old images in its stream, and ${tableName} has no stream that keeps them: set its StreamViewType to NEW_AND_OLD_IMAGES, or restore a backup.`,
      501,
    )
  }
  if (Math.floor(atMs / 1000) >= Math.floor(earliestMs / 1000) && atMs <= latestMs) return
  throw new AwsError(
    'InvalidRestoreTimeException',
    `An invalid restore time was specified. RestoreDateTime must be between ${new Date(earliestMs).toISOString()} and ${new Date(latestMs).toISOString()}.`,
  )
}

export function continuous(recovery: Recovery | undefined): Input {
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: recovery
        ? {
            PointInTimeRecoveryStatus: 'ENABLED',
            RecoveryPeriodInDays: recovery.days,
            EarliestRestorableDateTime: recovery.earliestMs / 1000,
            LatestRestorableDateTime: recovery.latestMs / 1000,
          }
        : { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  }
}

/** Keys and indexes are restored, and indexes can be left out; stream, TTL, tags and recovery are not, as on AWS. */
export function newTable(source: Input, input: Input): Input {
  const global = chosen(source.GlobalSecondaryIndexes, input.GlobalSecondaryIndexOverride)
  const local = chosen(source.LocalSecondaryIndexes, input.LocalSecondaryIndexOverride)
  const schemas = [source, ...global, ...local].flatMap(({ KeySchema }) => list(KeySchema))
  const used = new Set(schemas.map(({ AttributeName }) => AttributeName))
  return {
    TableName: input.TargetTableName,
    KeySchema: source.KeySchema,
    AttributeDefinitions: list(source.AttributeDefinitions).filter(({ AttributeName }) => used.has(AttributeName)),
    BillingMode: 'PAY_PER_REQUEST',
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
  }
}

function chosen(indexes: unknown, override: unknown): Input[] {
  const names = Array.isArray(override) ? new Set(list(override).map(({ IndexName }) => IndexName)) : undefined
  const known = list(indexes).map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }))
  const unknown = [...(names ?? [])].find((name) => !known.some(({ IndexName }) => IndexName === name))
  if (unknown !== undefined) {
    throw new AwsError(
      'ValidationException',
      `One or more parameter values were invalid: the source table has no index ${String(unknown)}`,
    )
  }
  return known.filter(({ IndexName }) => names?.has(IndexName) ?? true)
}

export function listBackups(all: Backup[], input: Input): Input {
  const { TableName, Limit = 100, ExclusiveStartBackupArn, TimeRangeLowerBound, TimeRangeUpperBound } = input
  const from = typeof TimeRangeLowerBound === 'number' ? TimeRangeLowerBound * 1000 : 0
  const to = typeof TimeRangeUpperBound === 'number' ? TimeRangeUpperBound * 1000 : Number.POSITIVE_INFINITY
  const matching = all.filter(
    ({ tableName, createdAtMs }) =>
      (TableName === undefined || tableName === TableName) && createdAtMs >= from && createdAtMs < to,
  )
  const start = matching.findIndex(({ arn }) => arn === ExclusiveStartBackupArn) + 1
  const page = matching.slice(start, start + Number(Limit))
  return {
    BackupSummaries: page.map((backup) => ({
      ...detailsOf(backup),
      TableName: backup.tableName,
      TableId: backup.table.TableId,
      TableArn: tableArn(backup.tableName),
    })),
    ...(start + page.length < matching.length && { LastEvaluatedBackupArn: page.at(-1)?.arn }),
  }
}

export function detailsOf({ arn, name, createdAtMs, bytes }: Backup): Input {
  return {
    BackupArn: arn,
    BackupName: name,
    BackupSizeBytes: bytes,
    BackupStatus: 'AVAILABLE',
    BackupType: 'USER',
    BackupCreationDateTime: createdAtMs / 1000,
  }
}

export function descriptionOf(backup: Backup): { BackupDetails: Input } & Input {
  const { tableName, table, itemCount, bytes } = backup
  return {
    BackupDetails: detailsOf(backup),
    SourceTableDetails: {
      TableName: tableName,
      TableId: table.TableId,
      TableArn: tableArn(tableName),
      TableSizeBytes: bytes,
      ItemCount: itemCount,
      KeySchema: table.KeySchema,
      TableCreationDateTime: table.CreationDateTime,
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      BillingMode: 'PAY_PER_REQUEST',
    },
    SourceTableFeatureDetails: {
      GlobalSecondaryIndexes: table.GlobalSecondaryIndexes,
      LocalSecondaryIndexes: table.LocalSecondaryIndexes,
      StreamDescription: table.StreamSpecification,
    },
  }
}

export function tableArn(tableName: string): string {
  return `arn:aws:dynamodb:us-east-1:${accountId}:table/${tableName}`
}
