import { setTimeout } from 'node:timers/promises'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import {
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
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { type Condition, Placeholders, toExpression } from './condition.ts'
import { indexKeys, tableShapes } from './key-shapes.ts'
import type {
  CancellationReason,
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

/** Physical table names by logical ones; a function knows only the tables it may use. */
export type TableNames = { [T in TableName]?: string | undefined }

/**
 * A stream may bring a row while the transaction that wrote it is still ending, and a single write then meets it. The SDK repeats
 * throttled requests by itself, but not these.
 */
const conflictAttemptsMax = 8
const conflictDelayMsMax = 100

/** {@link Store} on DynamoDB, or on anything that speaks its protocol. */
export class DynamoStore implements Store {
  readonly #tables: TableNames
  readonly #client: DynamoDBDocumentClient
  readonly #single: DynamoDBDocumentClient

  constructor(tables: TableNames, config: DynamoDBClientConfig = {}) {
    this.#tables = tables
    // Longer than DynamoDB's slowest healthy answer, short enough to ask again within a function's time.
    // Without the last of these the SDK's handler only warns, and waits on.
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_500, throwOnRequestTimeout: true }
    // Transactions are sent once: only the caller knows whether the same bytes or a new decision go next.
    this.#client = documentClient({ requestHandler, ...config, maxAttempts: 1 })
    this.#single = documentClient({ requestHandler, maxAttempts: 3, ...config })
  }

  async transactRead(reads: readonly Read[]): Promise<ReadOutcome> {
    const TransactItems = reads.map(({ table, key }) => ({ Get: { TableName: this.#name(table), Key: key } }))
    try {
      const { Responses = [] } = await this.#single.send(new TransactGetCommand({ TransactItems }))
      return { status: 'read', rows: reads.map((_, index) => Responses[index]?.Item) }
    } catch (error) {
      const reasons = cancellationReasons(error)
      if (reasons?.some(({ code }) => code === 'conflict')) return { status: 'conflict' }
      if (reasons?.some(({ code }) => code === 'throttled') || isThrottling(error)) return { status: 'throttled' }
      throw error
    }
  }

  async transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome> {
    const TransactItems = writes.map((write) => this.#transactItem(write))
    try {
      await this.#client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: token }))
      return { status: 'committed' }
    } catch (error) {
      const reasons = cancellationReasons(error)
      if (reasons) return { status: 'cancelled', reasons }
      // Sent once, nothing was done: the next try is signed by the clock that the SDK has set by now.
      if (isThrottling(error) || isClockCorrected(error)) return { status: 'throttled' }
      if (isRefusal(error)) throw error
      return { status: 'unknown', cause: error }
    }
  }

  async get({ table, key }: Read): Promise<Row | undefined> {
    const { Item } = await this.#single.send(
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
        if (isNamed(error, 'TransactionConflictException') && attempt < conflictAttemptsMax) {
          await setTimeout(Math.random() * conflictDelayMsMax)
          continue
        }
        if (!isNamed(error, 'ConditionalCheckFailedException')) throw error
        const { Item: row } = error as { Item?: Parameters<typeof unmarshall>[0] }
        return { status: 'condition-failed', ...(row && { row: unmarshall(row) }) }
      }
    }
  }

  async #writeOne(write: Write): Promise<void> {
    const { Put, Update, Delete } = this.#transactItem(write)
    if (Put) await this.#single.send(new PutCommand(Put))
    else if (Update) await this.#single.send(new UpdateCommand(Update))
    else if (Delete) await this.#single.send(new DeleteCommand(Delete))
    else throw new Error('a check alone writes nothing: read the row instead')
  }

  async query({ table, index, partition, sort, filter, descending, limit, after }: Query): Promise<Page> {
    const keys: { partitionKey: string; sortKey?: string } = index ? indexKeys(table, index) : tableShapes[table]
    const placeholders = new Placeholders()
    const conditions = [`${placeholders.name(keys.partitionKey)} = ${placeholders.value(partition)}`]
    if (sort) conditions.push(sortExpression(sort, keys.sortKey ?? 'sk', placeholders))
    const FilterExpression = filter && toExpression(filter, placeholders)
    const { Items = [], LastEvaluatedKey } = await this.#single.send(
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
    const { Items = [], LastEvaluatedKey } = await this.#single.send(
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
    if (!name) throw new Error(`this function knows no table ${table}: is its environment variable missing?`)
    return name
  }

  #transactItem(write: Write): TransactItem {
    const TableName = this.#name(write.table)
    switch (write.kind) {
      case 'put':
        return { Put: { TableName, Item: write.row, ...conditional(write.when) } }
      case 'delete':
        return { Delete: { TableName, Key: write.key, ...conditional(write.when) } }
      case 'check':
        return {
          ConditionCheck: { TableName, Key: write.key, ConditionExpression: '', ...conditional(write.when) },
        }
      case 'update': {
        const placeholders = new Placeholders()
        const UpdateExpression = updateExpression(write, placeholders)
        return { Update: { TableName, Key: write.key, UpdateExpression, ...conditional(write.when, placeholders) } }
      }
      default:
        return write satisfies never
    }
  }
}

function documentClient(config: DynamoDBClientConfig): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(config), { marshallOptions: { removeUndefinedValues: true } })
}

function conditional(when: Condition | undefined, placeholders = new Placeholders()) {
  const ConditionExpression = when && toExpression(when, placeholders)
  const { names, values } = placeholders
  return {
    ...(ConditionExpression && { ConditionExpression, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  }
}

function updateExpression(
  { set = {}, add = {}, remove = [] }: Write & { kind: 'update' },
  placeholders: Placeholders,
): string {
  const sets = Object.entries(set).map(([name, value]) => `${placeholders.name(name)} = ${placeholders.value(value)}`)
  const adds = Object.entries(add).map(([name, value]) => `${placeholders.name(name)} ${placeholders.value(value)}`)
  const removes = remove.map((name) => placeholders.name(name))
  return [
    sets.length > 0 && `SET ${sets.join(', ')}`,
    adds.length > 0 && `ADD ${adds.join(', ')}`,
    removes.length > 0 && `REMOVE ${removes.join(', ')}`,
  ]
    .filter(Boolean)
    .join(' ')
}

function sortExpression(sort: NonNullable<Query['sort']>, attribute: string, placeholders: Placeholders): string {
  const name = placeholders.name(attribute)
  if ('prefix' in sort) return `begins_with(${name}, ${placeholders.value(sort.prefix)})`
  if ('after' in sort) return `${name} > ${placeholders.value(sort.after)}`
  return `${name} BETWEEN ${placeholders.value(sort.from)} AND ${placeholders.value(sort.to)}`
}

function isNamed(error: unknown, ...names: string[]): error is Error {
  return error instanceof Error && names.includes(error.name)
}

/** Each row's reason; undefined when the error is no cancellation. Reasons that are bugs (too large, malformed) are thrown. */
function cancellationReasons(error: unknown): CancellationReason[] | undefined {
  if (isNamed(error, 'TransactionConflictException')) return [{ code: 'conflict' }]
  if (!isNamed(error, 'TransactionCanceledException')) return undefined
  const { CancellationReasons = [] } = error as {
    CancellationReasons?: { Code?: string; Item?: Parameters<typeof unmarshall>[0] }[]
  }
  return CancellationReasons.map(({ Code = 'None', Item }): CancellationReason => {
    switch (Code) {
      case 'None':
        return { code: 'none' }
      case 'ConditionalCheckFailed':
        return { code: 'condition', ...(Item && { row: unmarshall(Item) }) }
      case 'TransactionConflict':
        return { code: 'conflict' }
      case 'ThrottlingError':
      case 'ProvisionedThroughputExceeded':
        return { code: 'throttled' }
      default:
        throw error
    }
  })
}

function isThrottling(error: unknown): boolean {
  return isNamed(error, 'ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded')
}

/** Whether the signature was refused as one of another time, and the SDK has learned from the answer how wrong this clock is. */
function isClockCorrected(error: unknown): boolean {
  return (error as { $metadata?: { clockSkewCorrected?: boolean } }).$metadata?.clockSkewCorrected === true
}

/**
 * Whether the service said definitely no: a 4xx answer. Everything else (timeouts, resets, 5xx) may have taken effect, and so may a
 * transaction whose token is still being worked on.
 */
function isRefusal(error: unknown): boolean {
  if (isNamed(error, 'TransactionInProgressException')) return false
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0
  return status >= 400 && status < 500 && status !== 408
}
