import { setTimeout } from 'node:timers/promises'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { isErrorNamed } from '../domain/error-names.ts'
import { reportCapacity } from './dynamo-capacity.ts'
import {
  cancellationReasons,
  isClockSkewCorrected,
  isDefiniteRejection,
  isThrottling,
  storedRow,
} from './dynamo-errors.ts'
import {
  conditionParameters,
  Placeholders,
  toExpression,
  toSortExpression,
  toUpdateExpression,
} from './dynamo-expressions.ts'
import { indexShape, tableShapes } from './key-shapes.ts'
import type {
  BatchReadOutcome,
  Page,
  Query,
  Read,
  ReadOutcome,
  Row,
  ScanRequest,
  Store,
  TableName,
  Write,
  WriteOutcome,
} from './store.ts'

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

/** Deployed table names by logical names. A function knows only the tables it may use. */
export type TableNames = { [T in TableName]?: string | undefined }

/**
 * A stream can deliver a row before the transaction that wrote it has fully ended, so a single write in reaction to it can conflict. The
 * SDK retries throttled requests, but not conflicts.
 */
const conflictAttemptsMax = 8
const conflictDelayMsMax = 100

/** {@link Store} on DynamoDB, or on any service with its protocol. */
export class DynamoStore implements Store {
  readonly #tables: TableNames
  /**
   * The client of transactional writes. It never resends, because only the caller knows whether the same bytes or a new decision go next.
   */
  readonly #transactionClient: DynamoDBDocumentClient
  /** The client of everything else: the SDK retries. */
  readonly #client: DynamoDBDocumentClient

  /** `onConsumed` hears the capacity units of each call. */
  constructor(tables: TableNames, config: DynamoDBClientConfig = {}, onConsumed?: (units: number) => void) {
    this.#tables = tables
    // Longer than DynamoDB's slowest healthy answer, short enough for a retry within a function's timeout.
    // Without throwOnRequestTimeout the SDK's handler logs a warning and keeps waiting.
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_500, throwOnRequestTimeout: true }
    this.#transactionClient = documentClient({ requestHandler, ...config, maxAttempts: 1 })
    this.#client = documentClient({ requestHandler, maxAttempts: 3, ...config })
    if (onConsumed) for (const client of [this.#transactionClient, this.#client]) reportCapacity(client, onConsumed)
  }

  async transactRead(reads: readonly Read[]): Promise<ReadOutcome> {
    const TransactItems = reads.map(({ table, key }) => ({ Get: { TableName: this.#name(table), Key: key } }))
    try {
      const { Responses = [] } = await this.#client.send(new TransactGetCommand({ TransactItems }))
      return { status: 'read', rows: reads.map((_, index) => Responses[index]?.Item) }
    } catch (error) {
      const reasons = cancellationReasons(error)
      if (reasons?.some(({ code }) => code === 'conflict')) return { status: 'conflict' }
      if (reasons?.some(({ code }) => code === 'throttled') || isThrottling(error)) return { status: 'throttled' }
      throw error
    }
  }

  async batchRead(reads: readonly Read[]): Promise<BatchReadOutcome> {
    const names = reads.map(({ table }) => this.#name(table))
    const byTable = Object.groupBy(reads, ({ table }) => this.#name(table))
    const requests = Object.entries(byTable).map(([name, ofTable = []]) => {
      return [name, { Keys: ofTable.map(({ key }) => ({ ...key })), ConsistentRead: true }]
    })
    try {
      const RequestItems = Object.fromEntries(requests)
      const { Responses = {}, UnprocessedKeys = {} } = await this.#client.send(new BatchGetCommand({ RequestItems }))
      const find = (rows: Row[] = [], { key }: Read) => rows.find(({ pk, sk }) => pk === key.pk && sk === key.sk)
      const isLeftOut = (read: Read, index: number) =>
        find(UnprocessedKeys[names[index] ?? '']?.Keys, read) !== undefined
      return {
        rows: reads.map((read, index) => find(Responses[names[index] ?? ''], read)),
        unprocessed: reads.flatMap((read, index) => (isLeftOut(read, index) ? index : [])),
      }
    } catch (error) {
      // None of the keys was processed.
      if (isThrottling(error)) return { rows: reads.map(() => undefined), unprocessed: reads.map((_, index) => index) }
      throw error
    }
  }

  async transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome> {
    const TransactItems = writes.map((write) => this.#transactItem(write))
    try {
      await this.#transactionClient.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: token }))
      return { status: 'committed' }
    } catch (error) {
      const reasons = cancellationReasons(error)
      if (reasons) return { status: 'cancelled', reasons }
      // Nothing was done in either case. The next attempt is signed with the corrected clock.
      if (isThrottling(error) || isClockSkewCorrected(error)) return { status: 'throttled' }
      if (isDefiniteRejection(error)) throw error
      return { status: 'unknown', cause: error }
    }
  }

  async get({ table, key }: Read): Promise<Row | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#name(table), Key: key, ConsistentRead: true }),
    )
    return Item
  }

  async write(write: Write): Promise<{ status: 'done' } | { status: 'condition-failed'; row?: Row }> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#writeOne(write)
        return { status: 'done' }
      } catch (error) {
        if (isErrorNamed(error, 'TransactionConflictException') && attempt < conflictAttemptsMax) {
          await setTimeout(Math.random() * conflictDelayMsMax)
          continue
        }
        if (!isErrorNamed(error, 'ConditionalCheckFailedException')) throw error
        const row = storedRow(error)
        return { status: 'condition-failed', ...(row && { row }) }
      }
    }
  }

  async #writeOne(write: Write): Promise<void> {
    const { Put, Update, Delete } = this.#transactItem(write)
    if (Put) await this.#client.send(new PutCommand(Put))
    else if (Update) await this.#client.send(new UpdateCommand(Update))
    else if (Delete) await this.#client.send(new DeleteCommand(Delete))
    else throw new Error('a check writes nothing: read the row instead')
  }

  async query({ table, index, partition, sort, filter, descending, limit, after }: Query): Promise<Page> {
    const keys: { partitionKey: string; sortKey?: string } = index ? indexShape(table, index) : tableShapes[table]
    const placeholders = new Placeholders()
    const conditions = [`${placeholders.name(keys.partitionKey)} = ${placeholders.value(partition)}`]
    if (sort) conditions.push(toSortExpression(sort, keys.sortKey ?? 'sk', placeholders))
    const FilterExpression = filter && toExpression(filter, placeholders)
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.#name(table),
        IndexName: index,
        KeyConditionExpression: conditions.join(' AND '),
        FilterExpression,
        ExpressionAttributeNames: placeholders.names,
        ExpressionAttributeValues: placeholders.values,
        ScanIndexForward: !descending,
        ConsistentRead: !index,
        Limit: limit,
        ExclusiveStartKey: after,
      }),
    )
    return { rows: Items, ...(LastEvaluatedKey && { next: LastEvaluatedKey }) }
  }

  async scan({ table, index, limit, after }: ScanRequest): Promise<Page> {
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new ScanCommand({
        TableName: this.#name(table),
        IndexName: index,
        ConsistentRead: index === undefined,
        Limit: limit,
        ExclusiveStartKey: after,
      }),
    )
    return { rows: Items, ...(LastEvaluatedKey && { next: LastEvaluatedKey }) }
  }

  #name(table: TableName): string {
    const name = this.#tables[table]
    if (!name) throw new Error(`no name is configured for the table ${table}: set its environment variable`)
    return name
  }

  #transactItem(write: Write): TransactItem {
    const TableName = this.#name(write.table)
    switch (write.kind) {
      case 'put':
        return { Put: { TableName, Item: write.row, ...conditionParameters(write.when) } }
      case 'delete':
        return { Delete: { TableName, Key: write.key, ...conditionParameters(write.when) } }
      case 'check':
        return {
          ConditionCheck: { TableName, Key: write.key, ConditionExpression: '', ...conditionParameters(write.when) },
        }
      case 'update': {
        const placeholders = new Placeholders()
        const UpdateExpression = toUpdateExpression(write, placeholders)
        return {
          Update: { TableName, Key: write.key, UpdateExpression, ...conditionParameters(write.when, placeholders) },
        }
      }
      default:
        return write satisfies never
    }
  }
}

function documentClient(config: DynamoDBClientConfig): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(config), { marshallOptions: { removeUndefinedValues: true } })
}
