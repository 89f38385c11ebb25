import { randomBytes } from 'node:crypto'
import { AwsError } from '../aws-error.ts'
import {
  checkTime,
  continuous,
  descriptionOf,
  detailsOf,
  listBackups,
  newTable,
  type Recovery,
  tableArn,
} from './backup-answers.ts'
import type { Backup, BackupStore } from './backup-store.ts'
import type { EngineClient } from './engine-client.ts'
import type { EngineStore } from './engine-store.ts'
import { withRegion } from './streams.ts'
import { tableItems, trimmedUpTo } from './table-history.ts'
import { record } from './touched-items.ts'

type Input = Record<string, unknown>

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

const api = (operation: string) => `DynamoDB_20120810.${operation}`
const defaultRecoveryDays = 35
const itemsPerBatch = 25

export function createBackups(parts: BackupParts): Backups {
  const { engine, store, backups, databasePath, now } = parts
  const inProgress = new Set<string>()

  async function describe(tableName: unknown): Promise<Input> {
    try {
      const answer = await engine.call(api('DescribeTable'), { TableName: tableName })
      return JSON.parse(withRegion(JSON.stringify(answer.Table))) as Input
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error
      throw new AwsError('TableNotFoundException', `Table not found: ${String(tableName)}`)
    }
  }

  function found(arn: unknown): Backup {
    const backup = backups.get(String(arn))
    if (!backup) throw new AwsError('BackupNotFoundException', `Backup not found: ${String(arn)}`)
    return backup
  }

  function recoveryOf(tableName: string): Recovery | undefined {
    const recovery = backups.recoverableSince(tableName)
    if (!recovery) return undefined
    const trimmed = trimmedUpTo(databasePath, tableName)
    const stream = store.stream(tableName)
    const starts = [recovery.sinceMs, (trimmed ?? 0) * 1000, Number(stream?.label ?? 0) * 1000]
    return { earliestMs: Math.max(...starts), latestMs: now(), days: recovery.days, viewType: stream?.viewType }
  }

  async function restore(source: Input, input: Input, summary: Input, items: Iterable<string>): Promise<Input> {
    const tableName = String(input.TargetTableName)
    if (inProgress.has(tableName) || (await exists(tableName))) {
      throw new AwsError('TableAlreadyExistsException', `Table already exists: ${tableName}`)
    }
    inProgress.add(tableName)
    try {
      // Marked before it is there: the next start deletes what a kill leaves unfinished.
      backups.keepRestore(tableName, summary, false)
      const description = await createTable(newTable(source, input))
      await fill(tableName, items)
      backups.keepRestore(tableName, summary, true)
      const RestoreSummary = { ...summary, RestoreInProgress: true }
      return { TableDescription: { ...description, TableStatus: 'CREATING', RestoreSummary } }
    } finally {
      inProgress.delete(tableName)
    }
  }

  async function createTable(table: Input): Promise<Input> {
    const tableName = String(table.TableName)
    try {
      const { TableDescription } = await engine.call(api('CreateTable'), table)
      store.forgetTable(tableName)
      return JSON.parse(withRegion(JSON.stringify(TableDescription))) as Input
    } catch (error) {
      backups.forgetRestore(tableName)
      throw error
    }
  }

  async function fill(tableName: string, items: Iterable<string>): Promise<void> {
    const write = (batch: unknown[]) => engine.call(api('BatchWriteItem'), { RequestItems: { [tableName]: batch } })
    try {
      const batch: unknown[] = []
      for (const item of items) {
        batch.push({ PutRequest: { Item: JSON.parse(item) as unknown } })
        if (batch.length === itemsPerBatch) await write(batch.splice(0))
      }
      if (batch.length > 0) await write(batch)
    } catch (error) {
      await engine.call(api('DeleteTable'), { TableName: tableName })
      backups.forgetRestore(tableName)
      throw error
    }
  }

  async function exists(tableName: string): Promise<boolean> {
    try {
      await describe(tableName)
      return true
    } catch (error) {
      if (error instanceof AwsError && error.code === 'TableNotFoundException') return false
      throw error
    }
  }

  const operations: Record<string, (input: Input) => Promise<Input>> = {
    async CreateBackup({ TableName, BackupName }) {
      if (typeof BackupName !== 'string' || !/^[a-zA-Z0-9_.-]{3,255}$/.test(BackupName)) {
        throw new AwsError(
          'ValidationException',
          `1 validation error detected: Value '${String(BackupName)}' at 'backupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
        )
      }
      const table = await describe(TableName)
      const tableName = String(TableName)
      const createdAtMs = now()
      const id = `${String(createdAtMs).padStart(14, '0')}-${randomBytes(4).toString('hex')}`
      const arn = `${tableArn(tableName)}/backup/${id}`
      const keys = store.keyNames(tableName) ?? { partition: '' }
      const items = tableItems(databasePath, tableName, { keys })
      const backup = await backups.add({ arn, name: BackupName, tableName, createdAtMs, table }, items)
      return { BackupDetails: detailsOf(backup) }
    },
    DescribeBackup: async ({ BackupArn }) => ({ BackupDescription: descriptionOf(found(BackupArn)) }),
    async DeleteBackup({ BackupArn }) {
      const { BackupDetails, ...rest } = descriptionOf(found(BackupArn))
      backups.remove(String(BackupArn))
      return { BackupDescription: { ...rest, BackupDetails: { ...BackupDetails, BackupStatus: 'DELETED' } } }
    },
    ListBackups: async (input) => listBackups(backups.list(), input),
    async RestoreTableFromBackup(input) {
      const backup = found(input.BackupArn)
      const summary = {
        SourceBackupArn: backup.arn,
        SourceTableArn: tableArn(backup.tableName),
        RestoreDateTime: backup.createdAtMs / 1000,
        RestoreInProgress: false,
      }
      return restore(backup.table, input, summary, backups.itemsOf(backup.arn))
    },
    async UpdateContinuousBackups({ TableName, PointInTimeRecoverySpecification }) {
      await describe(TableName)
      const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays } = record(PointInTimeRecoverySpecification)
      const days = typeof RecoveryPeriodInDays === 'number' ? RecoveryPeriodInDays : defaultRecoveryDays
      backups.setRecoverable(
        String(TableName),
        PointInTimeRecoveryEnabled === true ? { sinceMs: now(), days } : undefined,
      )
      return continuous(recoveryOf(String(TableName)))
    },
    async DescribeContinuousBackups({ TableName }) {
      await describe(TableName)
      return continuous(recoveryOf(String(TableName)))
    },
    async RestoreTableToPointInTime(input) {
      const tableName = String(input.SourceTableName ?? /table\/([^/]+)$/.exec(String(input.SourceTableArn))?.[1])
      const table = await describe(tableName)
      const recovery = recoveryOf(tableName)
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
      return restore(table, input, summary, tableItems(databasePath, tableName, { keys, ...at }))
    },
  }

  return {
    operation: (name) => (Object.hasOwn(operations, name) ? operations[name] : undefined),
    restoreOf: backups.restoreOf,
    forget: backups.forgetRestore,
  }
}
