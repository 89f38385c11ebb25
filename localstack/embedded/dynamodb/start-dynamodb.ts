import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AwsError } from '../aws-error.ts'
import type { WireService } from '../edge/answer.ts'
import type { Log, Wakeups } from '../ports.ts'
import { type BackupStore, openBackupStore } from './backup-store.ts'
import { createBackups } from './backups.ts'
import { startEngine } from './engine.ts'
import { describeChosenBinary, findEngineBinary } from './engine-binary.ts'
import { createEngineClient, type EngineClient } from './engine-client.ts'
import { checkDatabase, type EngineStore, isBusy, type KeyNames, openEngineStore } from './engine-store.ts'
import { rememberFatalRequests } from './fatal-requests.ts'
import type { Meter } from './meter.ts'
import { openRequestTokens } from './request-tokens.ts'
import { createRowFeed, type RowFeed } from './row-feed.ts'
import { dynamoDbService } from './service.ts'
import { positionOf } from './stream-names.ts'
import { streamTrim } from './stream-trim.ts'
import { dynamoDbStreamsService } from './streams-service.ts'
import { ensureTable, type TableAddresses, type TableProperties } from './tables.ts'
import { record } from './touched-items.ts'
import { ttlSweep } from './ttl-sweep.ts'

export interface DynamoDbOptions {
  /** The stack's data folder; a folder `dynamodb` is made in it. */
  dataDir: string
  /** `Properties` of each `AWS::DynamoDB::Table`, resolved. */
  tables: readonly TableProperties[]
  wakeups: Wakeups
  log: Log
  /** Measures what calls consume, while someone watches. */
  meter?: Meter
  /** Epoch milliseconds. */
  now?: () => number
  /** Time between two sweeps for expired items and old stream records. */
  sweepEveryMs?: number
}

export interface DynamoDb {
  dynamodb: WireService
  streams: WireService
  /** In the order of the tables given. */
  tables: TableAddresses[]
  /** Key attributes of a table, for conditions on `dynamodb:LeadingKeys`. */
  keyNames(tableName: string): KeyNames | undefined
  /** Stream records of the table stay until this reader has consumed them. Call before the reader starts. */
  registerReader(tableName: string, reader: string): void
  /** Tells each changed row of these tables from now on; the returned function ends that. */
  onRowChange: RowFeed['listen']
  consumedUpTo(tableName: string, reader: string, sequenceNumber: string): void
  /** One sweep at once: expired items and old stream records. Returns what went. */
  sweep(): Promise<{ expiredItems: number; streamRecords: number }>
  /** Process id of the engine, for those who kill it. */
  enginePid(): number
  stop(): Promise<void>
}

/** A minute is far below DynamoDB's own delay and costs two indexed queries per table. */
const sweepIntervalMs = 60_000

/**
 * Starts DynamoDB on the stored data and makes the tables what their properties say. Throws one line that says what to do for
 * a missing binary, a damaged file, a folder in use, or a table that can't be changed in place.
 */
export async function startDynamoDb(options: DynamoDbOptions): Promise<DynamoDb> {
  const { wakeups, log, now = Date.now } = options
  const binary = findEngineBinary()
  const chosen = describeChosenBinary(binary)
  if (chosen !== undefined) log.info(chosen)
  const folder = join(options.dataDir, 'dynamodb')
  mkdirSync(folder, { recursive: true })
  const databasePath = join(folder, 'data.db')
  const closers: (() => void | Promise<void>)[] = []
  const stop = async () => {
    for (const close of closers.reverse().splice(0)) await close()
  }
  try {
    const tokens = openRequestTokens(join(folder, 'tokens.db'), now)
    closers.push(() => tokens.close())
    let onCrash = () => {}
    const pidPath = join(folder, 'engine.pid')
    const started = await startOnFile({ binary, databasePath, pidPath, log, onCrash: () => onCrash() })
    closers.push(() => started.engine.stop())
    const { client, engineCrashed } = rememberFatalRequests(createEngineClient(started.engine.address), now)
    onCrash = engineCrashed
    closers.push(() => client.close())
    const store = openEngineStore(databasePath)
    closers.push(() => store.close())
    store.addStreamIndex()
    const tables: TableAddresses[] = []
    for (const table of options.tables) tables.push(await ensureTable(client, table))
    addTtlIndexes(store)

    const backups = openBackupStore(join(folder, 'backups.db'))
    closers.push(() => backups.close())
    await removeHalfRestored(client, backups, log)
    for (const { TableName, PointInTimeRecoverySpecification: recovery } of options.tables) {
      const { PointInTimeRecoveryEnabled, RecoveryPeriodInDays } = record(recovery)
      const days = Number(RecoveryPeriodInDays ?? recoveryDays)
      if (PointInTimeRecoveryEnabled === true) backups.setRecoverable(TableName, { sinceMs: now(), days })
    }
    const rowFeed = createRowFeed(({ tableName, key }) => store.item(tableName, key), now)
    const parts = {
      rowFeed,
      engine: client,
      backups: createBackups({ engine: client, store, backups, databasePath, now }),
      store,
      tokens,
      wakeups,
      meter: options.meter,
    }
    const dynamodb = dynamoDbService(parts)
    const ttl = ttlSweep(store, (input) => dynamodb.handle('DeleteItem', input, { kind: 'developer' }), now)
    const trim = streamTrim(store, now)
    let sweeping: Promise<unknown> = Promise.resolve()
    const sweep = () => {
      const round = sweeping.then(async () => {
        addTtlIndexes(store)
        return { expiredItems: await ttl.run(), streamRecords: trim.run() }
      })
      sweeping = round.catch((error: unknown) => {
        if (!isBusy(error)) log.warn(`the DynamoDB sweep of expired items failed and will be repeated: ${error}`)
      })
      return round
    }
    const timer = setInterval(() => void sweep().catch(() => {}), options.sweepEveryMs ?? sweepIntervalMs)
    closers.push(async () => {
      clearInterval(timer)
      await sweeping
    })
    return {
      dynamodb,
      streams: dynamoDbStreamsService({ engine: client, store, isBeingSwept: ttl.isRemoving, now }),
      tables,
      keyNames: store.keyNames,
      registerReader: trim.registerReader,
      onRowChange: rowFeed.listen,
      consumedUpTo: (tableName, reader, sequenceNumber) =>
        trim.consumedUpTo(tableName, reader, positionOf(sequenceNumber) ?? 0),
      sweep,
      enginePid: started.engine.pid,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** DynamoDB's default for recovery to a point in time. */
const recoveryDays = 35

/** A restore that a stop or a kill cut off is not gone on with: its table has some of the items only. */
async function removeHalfRestored(engine: EngineClient, backups: BackupStore, log: Log): Promise<void> {
  for (const TableName of backups.unfinishedRestores()) {
    log.warn(`the restore of table ${TableName} was cut off by the last stop: the table is deleted, restore it again`)
    await engine.call('DynamoDB_20120810.DeleteTable', { TableName }).catch((error: unknown) => {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error
    })
    backups.forgetRestore(TableName)
  }
}

async function startOnFile(options: Parameters<typeof startEngine>[0]) {
  checkDatabase(options.databasePath)
  return { engine: await startEngine(options) }
}

/** Adds the indexes of the sweep, which would read whole tables without them. */
function addTtlIndexes(store: EngineStore): void {
  for (const table of store.ttlTables()) store.addTtlIndex(table)
}
