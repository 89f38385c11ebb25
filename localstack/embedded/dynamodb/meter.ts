import { canonicalJson } from './canonical-json.ts'
import { decode, type EngineAnswer, type EngineClient } from './engine-client.ts'
import { itemSizes, type Sizes } from './item-size.ts'
import { type Item, list, record, type TouchedItem } from './touched-items.ts'

type Input = Record<string, unknown>

/** Capacity units of one table or index, as DynamoDB reports them. */
export interface Units {
  table: string
  index?: string
  read: number
  write: number
}

/** One item that a call read or wrote. */
export interface MeteredItem {
  table: string
  key: Record<string, string>
  /** Bytes by attribute before and after the call; absent where there was no such item. */
  before?: Sizes
  after?: Sizes
  /** The attributes that the call added, changed or removed. */
  changed: string[]
}

export interface Consumption {
  units: Units[]
  /** Whether the call reads strongly consistently. */
  isConsistent: boolean
  /** Of a query or scan, none. */
  items: MeteredItem[]
}

/** Measures what calls consume, while someone watches. */
export interface Meter {
  /** Whether anyone watches. If not, calls are forwarded as they are. */
  isOn(): boolean
  /** Counts a watcher until the returned function is called. */
  watch(): () => void
  keep(input: Input, consumption: Consumption): void
  /** What the call with this input has consumed, once it has been answered. */
  of(input: Input): Consumption | undefined
}

export function createMeter(): Meter {
  const consumptions = new WeakMap<Input, Consumption>()
  let watchers = 0
  return {
    isOn: () => watchers > 0,
    watch() {
      watchers++
      return () => void watchers--
    },
    keep: (input, consumption) => void consumptions.set(input, consumption),
    of: (input) => consumptions.get(input),
  }
}

const reads = ['GetItem', 'BatchGetItem', 'TransactGetItems', 'Query', 'Scan']
const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']

/** Whether DynamoDB bills the operation in capacity units. */
export function isMetered(operation: string): boolean {
  return reads.includes(operation) || writes.includes(operation)
}

/** Carries out one call and measures it: its units as the engine reports them, and its items before and after. */
export async function measure(
  call: { operation: string; input: Input; items: readonly (TouchedItem | undefined)[] },
  engine: EngineClient,
  carryOut: (input: Input) => Promise<EngineAnswer>,
): Promise<{ answer: EngineAnswer; consumption: Consumption }> {
  const { operation, input } = call
  const items = call.items.filter((item) => item !== undefined)
  const before = await readImages(engine, items)
  const answer = await carryOut({ ...input, ReturnConsumedCapacity: 'INDEXES' })
  const after = reads.includes(operation) ? before : await readImages(engine, items)
  const metered = items.map((item) => compare(item, before.get(item.id), after.get(item.id)))
  const consumed = (units: Units[]) => ({ units, isConsistent: isConsistent(input), items: metered })
  if (answer.status >= 400) return { answer, consumption: consumed(unitsOfRefusal(operation, metered)) }
  const { ConsumedCapacity, ...value } = decode(answer)
  const asked = input.ReturnConsumedCapacity !== undefined && input.ReturnConsumedCapacity !== 'NONE'
  const shown = asked ? { ...value, ConsumedCapacity } : value
  const units = [ConsumedCapacity].flat().flatMap((capacity) => unitsOf(operation, record(capacity)))
  const body = Buffer.from(JSON.stringify(shown))
  return { answer: { ...answer, body }, consumption: consumed(units) }
}

function isConsistent({ ConsistentRead, RequestItems }: Input): boolean {
  return ConsistentRead === true || Object.values(record(RequestItems)).some((of) => record(of).ConsistentRead === true)
}

async function readImages(engine: EngineClient, items: readonly TouchedItem[]): Promise<Map<string, Item>> {
  const images = new Map<string, Item>()
  const request: Record<string, { Keys: Item[]; ConsistentRead: true }> = {}
  for (const { tableName, key } of new Map(items.map((item) => [item.id, item])).values()) {
    request[tableName] ??= { Keys: [], ConsistentRead: true }
    request[tableName].Keys.push(key)
  }
  if (items.length === 0) return images
  const { Responses } = await engine.call('DynamoDB_20120810.BatchGetItem', { RequestItems: request })
  for (const { id, tableName, key } of items) {
    const found = list(record(Responses)[tableName]).find((image) => hasKey(image as Item, key))
    if (found) images.set(id, found as Item)
  }
  return images
}

function hasKey(image: Item, key: Item): boolean {
  return Object.entries(key).every(([name, value]) => JSON.stringify(image[name]) === JSON.stringify(value))
}

function compare({ tableName, key }: TouchedItem, before: Item | undefined, after: Item | undefined): MeteredItem {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  return {
    table: tableName,
    key: Object.fromEntries(Object.entries(key).map(([name, value]) => [name, String(Object.values(value)[0])])),
    ...(before && { before: itemSizes(before) }),
    ...(after && { after: itemSizes(after) }),
    changed: [...names].filter((name) => !isEqual(before?.[name], after?.[name])),
  }
}

/** The engine answers the members of a map in no order. */
function isEqual(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null)
}

function unitsOf(operation: string, capacity: Input): Units[] {
  const table = String(capacity.TableName)
  const parts: [string | undefined, unknown][] = [
    [undefined, capacity.Table],
    ...Object.entries(record(capacity.GlobalSecondaryIndexes)),
  ]
  return parts.flatMap(([index, part]) => {
    const units = Number(record(part).CapacityUnits ?? 0)
    if (units === 0) return []
    const isRead = reads.includes(operation)
    return [{ table, ...(index !== undefined && { index }), read: isRead ? units : 0, write: isRead ? 0 : units }]
  })
}

/** A failed condition is billed by the size of the item that is there, at least one unit; the answer does not say so. */
function unitsOfRefusal(operation: string, items: readonly MeteredItem[]): Units[] {
  if (reads.includes(operation)) return []
  const factor = operation === 'TransactWriteItems' ? 2 : 1
  return items.map(({ table, before = {} }) => {
    const bytes = Object.values(before).reduce((sum, size) => sum + size, 0)
    return { table, read: 0, write: factor * Math.max(1, Math.ceil(bytes / 1024)) }
  })
}
