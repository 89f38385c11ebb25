import { canonicalJson } from './canonical-json.ts'
import type { EngineClient } from './engine-client.ts'
import { withRegion } from './streams.ts'

/** The `Properties` of an `AWS::DynamoDB::Table`, intrinsics resolved and its physical name filled in. */
export interface TableProperties {
  TableName: string
  KeySchema: KeyElement[]
  AttributeDefinitions: { AttributeName: string; AttributeType: string }[]
  GlobalSecondaryIndexes?: Index[]
  LocalSecondaryIndexes?: Index[]
  BillingMode?: string
  ProvisionedThroughput?: Throughput
  StreamSpecification?: { StreamViewType: string }
  TimeToLiveSpecification?: { AttributeName?: string; Enabled: boolean }
  /** What has no meaning on one machine: encryption, recovery, protection, tags, class, insights. */
  [other: string]: unknown
}

interface KeyElement {
  AttributeName: string
  KeyType: string
}

interface Index {
  IndexName: string
  KeySchema: KeyElement[]
  Projection: { ProjectionType?: string; NonKeyAttributes?: string[] }
  ProvisionedThroughput?: Throughput
  [other: string]: unknown
}

interface Throughput {
  ReadCapacityUnits: number
  WriteCapacityUnits: number
}

/** Addresses of a table, for `Fn::GetAtt`. */
export interface TableAddresses {
  tableName: string
  arn: string
  /** Present when the table has a stream. */
  streamArn?: string
}

interface Description {
  TableArn: string
  KeySchema: KeyElement[]
  GlobalSecondaryIndexes?: Index[]
  StreamSpecification?: { StreamEnabled: boolean; StreamViewType?: string }
  LatestStreamArn?: string
}

/**
 * Makes the table what its properties say: creates it, or adds and removes indexes, switches the stream and the TTL of the one
 * that is there. Running it again changes nothing. Throws one line for what can't be changed in place (the key).
 */
export async function ensureTable(engine: EngineClient, table: TableProperties): Promise<TableAddresses> {
  const before = await describe(engine, table.TableName)
  if (!before) await create(engine, table)
  else {
    refuseOtherKey(table, before)
    await changeIndexes(engine, table, before)
    await changeStream(engine, table, before)
  }
  await setTimeToLive(engine, table)
  const after = await describe(engine, table.TableName)
  if (!after) throw new Error(`table ${table.TableName} does not exist after its creation`)
  const streamArn = after.StreamSpecification?.StreamEnabled ? after.LatestStreamArn : undefined
  return {
    tableName: table.TableName,
    arn: withRegion(after.TableArn),
    ...(streamArn === undefined ? {} : { streamArn: withRegion(streamArn) }),
  }
}

const api = (operation: string) => `DynamoDB_20120810.${operation}`

async function describe(engine: EngineClient, tableName: string): Promise<Description | undefined> {
  try {
    const { Table } = await engine.call(api('DescribeTable'), { TableName: tableName })
    return Table as Description
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
    throw error
  }
}

async function create(engine: EngineClient, table: TableProperties): Promise<void> {
  await engine.call(api('CreateTable'), {
    TableName: table.TableName,
    KeySchema: table.KeySchema,
    AttributeDefinitions: table.AttributeDefinitions,
    BillingMode: 'PAY_PER_REQUEST',
    ...(table.GlobalSecondaryIndexes?.length
      ? { GlobalSecondaryIndexes: table.GlobalSecondaryIndexes.map(index) }
      : {}),
    ...(table.LocalSecondaryIndexes?.length ? { LocalSecondaryIndexes: table.LocalSecondaryIndexes.map(index) } : {}),
    ...(table.StreamSpecification ? { StreamSpecification: stream(table.StreamSpecification.StreamViewType) } : {}),
  })
}

/** Capacity is not limited here, so that of an index is left out. */
function index({ IndexName, KeySchema, Projection }: Index): Index {
  return { IndexName, KeySchema, Projection }
}

function stream(StreamViewType: string) {
  return { StreamEnabled: true, StreamViewType }
}

function refuseOtherKey(table: TableProperties, before: Description): void {
  if (sameKey(table.KeySchema, before.KeySchema)) return
  throw new Error(
    `table ${table.TableName} has another key in the data folder than in the template: start with --fresh, which deletes all local data, or choose another folder with --data DIR`,
  )
}

function sameKey(a: KeyElement[], b: KeyElement[]): boolean {
  const names = (schema: KeyElement[]) =>
    canonicalJson(Object.fromEntries(schema.map((part) => [part.KeyType, part.AttributeName])))
  return names(a) === names(b)
}

async function changeIndexes(engine: EngineClient, table: TableProperties, before: Description): Promise<void> {
  const wanted = table.GlobalSecondaryIndexes ?? []
  const present = before.GlobalSecondaryIndexes ?? []
  const change = (update: unknown) =>
    engine.call(api('UpdateTable'), {
      TableName: table.TableName,
      AttributeDefinitions: table.AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [update],
    })
  for (const old of present) {
    const same = wanted.find((one) => one.IndexName === old.IndexName)
    if (!same || !sameIndex(same, old)) await change({ Delete: { IndexName: old.IndexName } })
  }
  for (const one of wanted) {
    const same = present.find((old) => old.IndexName === one.IndexName)
    if (!same || !sameIndex(one, same)) await change({ Create: index(one) })
  }
}

function sameIndex(a: Index, b: Index): boolean {
  const projection = ({ Projection: { ProjectionType = 'ALL', NonKeyAttributes = [] } }: Index) =>
    canonicalJson([ProjectionType, [...NonKeyAttributes].sort()])
  return sameKey(a.KeySchema, b.KeySchema) && projection(a) === projection(b)
}

/** A changed view type takes a new stream, as on AWS. */
async function changeStream(engine: EngineClient, table: TableProperties, before: Description): Promise<void> {
  const wanted = table.StreamSpecification?.StreamViewType
  const present = before.StreamSpecification?.StreamEnabled ? before.StreamSpecification.StreamViewType : undefined
  if (wanted === present) return
  const change = (StreamSpecification: unknown) =>
    engine.call(api('UpdateTable'), { TableName: table.TableName, StreamSpecification })
  if (present !== undefined) await change({ StreamEnabled: false })
  if (wanted !== undefined) await change(stream(wanted))
}

async function setTimeToLive(engine: EngineClient, table: TableProperties): Promise<void> {
  const { TimeToLiveDescription } = await engine.call(api('DescribeTimeToLive'), { TableName: table.TableName })
  const present = TimeToLiveDescription as { TimeToLiveStatus: string; AttributeName?: string }
  const presentName = present.TimeToLiveStatus === 'ENABLED' ? present.AttributeName : undefined
  const wanted = table.TimeToLiveSpecification
  const wantedName = wanted?.Enabled ? wanted.AttributeName : undefined
  if (wantedName === presentName) return
  const change = (AttributeName: string | undefined, Enabled: boolean) =>
    engine.call(api('UpdateTimeToLive'), {
      TableName: table.TableName,
      TimeToLiveSpecification: { AttributeName, Enabled },
    })
  if (presentName !== undefined) await change(presentName, false)
  if (wantedName !== undefined) await change(wantedName, true)
}
