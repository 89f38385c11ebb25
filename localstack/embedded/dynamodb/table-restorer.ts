import { AwsError } from '../aws-error.ts'
import { newTable } from './backup-answers.ts'
import type { BackupStore } from './backup-store.ts'
import type { EngineClient } from './engine-client.ts'
import type { EngineStore } from './engine-store.ts'
import { withRegion } from './streams.ts'

type Input = Record<string, unknown>

const api = (operation: string) => `DynamoDB_20120810.${operation}`
const itemsPerBatch = 25

/** Restores items into new tables. The next start deletes a table whose restore a kill has interrupted. */
export class TableRestorer {
  readonly #engine: EngineClient
  readonly #store: EngineStore
  readonly #backups: BackupStore
  readonly #inProgress = new Set<string>()

  constructor({ engine, store, backups }: { engine: EngineClient; store: EngineStore; backups: BackupStore }) {
    this.#engine = engine
    this.#store = store
    this.#backups = backups
  }

  /** The description of a table. Throws `TableNotFoundException`. */
  async describe(tableName: unknown): Promise<Input> {
    try {
      const answer = await this.#engine.call(api('DescribeTable'), { TableName: tableName })
      return JSON.parse(withRegion(JSON.stringify(answer.Table))) as Input
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ResourceNotFoundException') throw error
      throw new AwsError('TableNotFoundException', `Table not found: ${String(tableName)}`)
    }
  }

  /** Creates the table that `input` names, with these items. Throws `TableAlreadyExistsException`. */
  async restore(source: Input, input: Input, summary: Input, items: Iterable<string>): Promise<Input> {
    const tableName = String(input.TargetTableName)
    if (this.#inProgress.has(tableName)) throw alreadyExists(tableName)
    // Before the first wait: a second restore would take the mark below for its own.
    this.#inProgress.add(tableName)
    try {
      if (await this.#exists(tableName)) throw alreadyExists(tableName)
      // Marked before it is there: the next start deletes what a kill leaves unfinished.
      this.#backups.keepRestore(tableName, summary, false)
      const description = await this.#createTable(newTable(source, input))
      await this.#fill(tableName, items)
      this.#backups.keepRestore(tableName, summary, true)
      const RestoreSummary = { ...summary, RestoreInProgress: true }
      return { TableDescription: { ...description, TableStatus: 'CREATING', RestoreSummary } }
    } finally {
      this.#inProgress.delete(tableName)
    }
  }

  async #createTable(table: Input): Promise<Input> {
    const tableName = String(table.TableName)
    try {
      const { TableDescription } = await this.#engine.call(api('CreateTable'), table)
      this.#store.forgetTable(tableName)
      return JSON.parse(withRegion(JSON.stringify(TableDescription))) as Input
    } catch (error) {
      this.#backups.forgetRestore(tableName)
      throw error
    }
  }

  async #fill(tableName: string, items: Iterable<string>): Promise<void> {
    const write = (batch: unknown[]) =>
      this.#engine.call(api('BatchWriteItem'), { RequestItems: { [tableName]: batch } })
    try {
      const batch: unknown[] = []
      for (const item of items) {
        batch.push({ PutRequest: { Item: JSON.parse(item) as unknown } })
        if (batch.length === itemsPerBatch) await write(batch.splice(0))
      }
      if (batch.length > 0) await write(batch)
    } catch (error) {
      await this.#engine.call(api('DeleteTable'), { TableName: tableName })
      this.#backups.forgetRestore(tableName)
      throw error
    }
  }

  async #exists(tableName: string): Promise<boolean> {
    try {
      await this.describe(tableName)
      return true
    } catch (error) {
      if (error instanceof AwsError && error.code === 'TableNotFoundException') return false
      throw error
    }
  }
}

function alreadyExists(tableName: string): AwsError {
  return new AwsError('TableAlreadyExistsException', `Table already exists: ${tableName}`)
}
