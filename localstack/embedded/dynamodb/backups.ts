import { randomBytes } from 'node:crypto'
import { AwsError } from '../aws-error.ts'
import {
  checkTime,
  continuous,
  descriptionOf,
  detailsOf,
  listBackups,
  type Recovery,
  tableArn,
} from './backup-answers.ts'
import type { Backup, BackupStore } from './backup-store.ts'
import type { EngineClient } from './engine-client.ts'
import type { EngineStore } from './engine-store.ts'
import { tableItems, trimmedUpTo } from './table-history.ts'
import { TableRestorer } from './table-restorer.ts'
import { record } from './touched-items.ts'

type Input = Record<string, unknown>
type Operations = Record<string, (input: Input) => Promise<Input>>

export interface BackupParts {
  engine: EngineClient
  store: EngineStore
  backups: BackupStore
  databasePath: string
  /** Epoch milliseconds. */
  now: () => number
}

/** Backups on demand, and restores of them or of a point in time into a new table. */
export interface Backups {
  /** Undefined for an operation that is none of these. */
  operation(name: string): ((input: Input) => Promise<Input>) | undefined
  /** What a description says of a restored table, and whether it still lacks items. */
  restoreOf: BackupStore['restoreOf']
  forget: BackupStore['forgetRestore']
}

const defaultRecoveryDays = 35

export function createBackups(parts: BackupParts): Backups {
  const { backups } = parts
  const restorer = new TableRestorer(parts)
  const operations = { ...backupOperations(parts, restorer), ...recoveryOperations(parts, restorer) }
  return {
    operation: (name) => (Object.hasOwn(operations, name) ? operations[name] : undefined),
    restoreOf: backups.restoreOf,
    forget: backups.forgetRestore,
  }
}

/** The operations on backups on demand. */
function backupOperations(parts: BackupParts, restorer: TableRestorer): Operations {
  const { store, backups, databasePath, now } = parts
  const beingRestored = new Set<Backup>()
  return {
    async CreateBackup({ TableName, BackupName }) {
      if (typeof BackupName !== 'string' || !/^[a-zA-Z0-9_.-]{3,255}$/.test(BackupName)) {
        throw new AwsError(
          'ValidationException',
          `1 validation error detected: Value '${String(BackupName)}' at 'backupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
        )
      }
      const table = await restorer.describe(TableName)
      const tableName = String(TableName)
      const createdAtMs = now()
      const id = `${String(createdAtMs).padStart(14, '0')}-${randomBytes(4).toString('hex')}`
      const arn = `${tableArn(tableName)}/backup/${id}`
      const keys = store.keyNames(tableName) ?? { partition: '' }
      const items = tableItems(databasePath, tableName, { keys })
      const backup = await backups.add({ arn, name: BackupName, tableName, createdAtMs, table }, items)
      return { BackupDetails: detailsOf(backup) }
    },
    DescribeBackup: async ({ BackupArn }) => ({ BackupDescription: descriptionOf(found(parts, BackupArn)) }),
    async DeleteBackup({ BackupArn }) {
      const { BackupDetails, ...rest } = descriptionOf(found(parts, BackupArn))
      // A restore reads the items batch by batch: it would end early, as if those were all.
      if ([...beingRestored].some(({ arn }) => arn === BackupArn)) {
        throw new AwsError('BackupInUseException', `Backup is being restored to a table: ${String(BackupArn)}`)
      }
      backups.remove(String(BackupArn))
      return { BackupDescription: { ...rest, BackupDetails: { ...BackupDetails, BackupStatus: 'DELETED' } } }
    },
    ListBackups: async (input) => listBackups(backups.list(), input),
    async RestoreTableFromBackup(input) {
      const backup = found(parts, input.BackupArn)
      const summary = {
        SourceBackupArn: backup.arn,
        SourceTableArn: tableArn(backup.tableName),
        RestoreDateTime: backup.createdAtMs / 1000,
        RestoreInProgress: false,
      }
      beingRestored.add(backup)
      try {
        return await restorer.restore(backup.table, input, summary, backups.itemsOf(backup.arn))
      } finally {
        beingRestored.delete(backup)
      }
    },
  }
}

/** The operations on recovery to a point in time. */
function recoveryOperations(parts: BackupParts, restorer: TableRestorer): Operations {
  const { store, backups, databasePath, now } = parts
  return {
    async UpdateContinuousBackups({ TableName, PointInTimeRecoverySpecification }) {
      await restorer.describe(TableName)
      const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays } = record(PointInTimeRecoverySpecification)
      const days = typeof RecoveryPeriodInDays === 'number' ? RecoveryPeriodInDays : defaultRecoveryDays
      backups.setRecoverable(
        String(TableName),
        PointInTimeRecoveryEnabled === true ? { sinceMs: now(), days } : undefined,
      )
      return continuous(recoveryOf(parts, String(TableName)))
    },
    async DescribeContinuousBackups({ TableName }) {
      await restorer.describe(TableName)
      return continuous(recoveryOf(parts, String(TableName)))
    },
    async RestoreTableToPointInTime(input) {
      const tableName = String(input.SourceTableName ?? /table\/([^/]+)$/.exec(String(input.SourceTableArn))?.[1])
      const table = await restorer.describe(tableName)
      const recovery = recoveryOf(parts, tableName)
      if (!recovery) {
        throw new AwsError(
          'PointInTimeRecoveryUnavailableException',
          `Point in time recovery is not enabled for table '${tableName}'`,
        )
      }
      const isLatest = input.UseLatestRestorableTime === true
      const atMs = isLatest ? recovery.latestMs : Number(input.RestoreDateTime) * 1000
      if (!isLatest) checkTime(tableName, atMs, recovery)
      const summary = {
        SourceTableArn: tableArn(tableName),
        RestoreDateTime: Math.floor(atMs / 1000),
        RestoreInProgress: false,
      }
      const keys = store.keyNames(tableName) ?? { partition: '' }
      const at = isLatest ? {} : { atSeconds: Math.floor(atMs / 1000) }
      return restorer.restore(table, input, summary, tableItems(databasePath, tableName, { keys, ...at }))
    },
  }
}

function found({ backups }: BackupParts, arn: unknown): Backup {
  const backup = backups.get(String(arn))
  if (!backup) throw new AwsError('BackupNotFoundException', `Backup not found: ${String(arn)}`)
  return backup
}

function recoveryOf({ backups, store, databasePath, now }: BackupParts, tableName: string): Recovery | undefined {
  const recovery = backups.recoverableSince(tableName)
  if (!recovery) return undefined
  const trimmed = trimmedUpTo(databasePath, tableName)
  const stream = store.stream(tableName)
  const starts = [recovery.sinceMs, (trimmed ?? 0) * 1000, Number(stream?.label ?? 0) * 1000]
  return { earliestMs: Math.max(...starts), latestMs: now(), days: recovery.days, viewType: stream?.viewType }
}
