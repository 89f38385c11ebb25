import {
  CreateBackupCommand,
  DeleteTableCommand,
  DynamoDBClient,
  RestoreTableFromBackupCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { type RestoredTable, restoredTables } from '../../app/restore/restored-tables.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { putRow, removeRow } from '../../tables/restored-rows.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { Store, TableName } from '../../tables/store.ts'
import { clientConfig, type Target } from '../target.ts'
import { openRestored, restoredName } from './restored-target.ts'

/** The backup of one table, and when it was begun. */
export interface TableBackup {
  table: RestoredTable
  arn: string
  atMs: number
}

/** What is restored with `Tickets`, the truth. */
export const [, ...tablesBesideTickets] = restoredTables

const concurrency = 16

/** Backs the tables up one after the other, the truth first, so far apart that each is from another moment. */
export async function backUpTables(
  { edgeUrl, outputs }: Pick<Target, 'edgeUrl' | 'outputs'>,
  pause: () => Promise<unknown>,
  tables: readonly RestoredTable[] = restoredTables,
): Promise<TableBackup[]> {
  const client = new DynamoDBClient(clientConfig(edgeUrl))
  try {
    const backups: TableBackup[] = []
    for (const table of tables) {
      if (backups.length > 0) await pause()
      const atMs = Date.now()
      const create = new CreateBackupCommand({ TableName: outputs[`${table}Table`], BackupName: 'drill' })
      backups.push({ table, arn: (await client.send(create)).BackupDetails?.BackupArn ?? '', atMs })
    }
    return backups
  } finally {
    client.destroy()
  }
}

/** The set of the restored tables. */
const tableSet = 'restored'

/** Restores each backup into a new table, and opens the new tables. */
export async function restoreTables(
  { edgeUrl, outputs }: Pick<Target, 'edgeUrl' | 'outputs'>,
  backups: readonly TableBackup[],
): Promise<ReturnType<typeof openRestored>> {
  const client = new DynamoDBClient(clientConfig(edgeUrl))
  try {
    for (const { table, arn: BackupArn } of backups) {
      const TargetTableName = restoredName(outputs, table, tableSet)
      await client.send(new RestoreTableFromBackupCommand({ TargetTableName, BackupArn }))
      await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName: TargetTableName })
    }
  } finally {
    client.destroy()
  }
  return openRestored({ edgeUrl, outputs }, tableSet)
}

/** Deletes every row of every table: the disaster, and what makes room for what was restored. */
export async function emptyTables(store: Store): Promise<number> {
  let rows = 0
  for (const table of Object.keys(tableShapes) as TableName[])
    rows += await forEach(await scanAll(store, table), (row) => store.write(removeRow(table, row)))
  return rows
}

/** Copies the restored tables into the deployed ones, which keep their streams, roles and alarms, and deletes them. */
export async function copyIntoService(
  { store, edgeUrl, outputs }: Pick<Target, 'store' | 'edgeUrl' | 'outputs'>,
  restored: Store,
): Promise<number> {
  let rows = 0
  const client = new DynamoDBClient(clientConfig(edgeUrl))
  try {
    for (const table of restoredTables) {
      rows += await forEach(await scanAll(restored, table), (row) => store.write(putRow(table, row)))
      await client.send(new DeleteTableCommand({ TableName: restoredName(outputs, table, tableSet) }))
    }
  } finally {
    client.destroy()
  }
  return rows
}

async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<number> {
  for (let done = 0; done < items.length; done += concurrency)
    await Promise.all(items.slice(done, done + concurrency).map(work))
  return items.length
}
