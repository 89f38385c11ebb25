import type { KeyNames } from './engine-store.ts'

/** An item as DynamoDB JSON: attribute name to a value such as `{ S: 'text' }`. */
export type Item = Record<string, Record<string, unknown>>

/** One item that a request names. `key` holds the key attributes only; `id` is equal for equal items of one table. */
export interface TouchedItem {
  tableName: string
  key: Item
  id: string
}

type LookUp = (tableName: string) => KeyNames | undefined
type Input = Record<string, unknown>

const actionNames = ['Put', 'Update', 'Delete', 'ConditionCheck', 'Get'] as const

/**
 * The items that a transactional or single-item request names, in its order; a position is `undefined` where the table or the
 * key is unknown, which the engine then refuses by itself.
 */
export function touchedItems(operation: string, input: Input, keyNames: LookUp): (TouchedItem | undefined)[] {
  switch (operation) {
    case 'TransactWriteItems':
    case 'TransactGetItems':
      return list(input.TransactItems).map((entry) => {
        const name = actionNames.find((action) => entry[action] !== undefined)
        return name ? touched(record(entry[name]), keyNames) : undefined
      })
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
    case 'GetItem':
      return [touched(input, keyNames)]
    case 'BatchWriteItem':
      return Object.entries(record(input.RequestItems)).flatMap(([TableName, requests]) =>
        list(requests).map((entry) => {
          const target = record(entry.PutRequest ?? entry.DeleteRequest)
          return touched({ TableName, ...target }, keyNames)
        }),
      )
    case 'BatchGetItem':
      return Object.entries(record(input.RequestItems)).flatMap(([TableName, request]) =>
        list(record(request).Keys).map((Key) => touched({ TableName, Key }, keyNames)),
      )
    default:
      return []
  }
}

/** Those of the touched items that the request writes, when it succeeds. */
export function writtenItems(
  operation: string,
  { TransactItems }: Input,
  items: readonly (TouchedItem | undefined)[],
): (TouchedItem | undefined)[] {
  if (operation === 'TransactGetItems') return []
  if (operation !== 'TransactWriteItems') return [...items]
  const entries = list(TransactItems)
  return items.filter((_, position) => entries[position]?.ConditionCheck === undefined)
}

function touched(target: Input, keyNames: LookUp): TouchedItem | undefined {
  const tableName = String(target.TableName ?? '')
  const names = keyNames(tableName)
  if (!names) return undefined
  const item = record(target.Key ?? target.Item) as Item
  const key: Item = {}
  const parts = [tableName]
  for (const name of names.sort === undefined ? [names.partition] : [names.partition, names.sort]) {
    const value = item[name]
    if (typeof value !== 'object' || value === null) return undefined
    key[name] = value
    parts.push(canonical(value))
  }
  return { tableName, key, id: JSON.stringify(parts) }
}

/** Numbers are equal however they are written; taking two nearly equal ones for the same only adds a conflict. */
function canonical(value: Record<string, unknown>): string {
  return typeof value.N === 'string' ? `N${Number(value.N)}` : JSON.stringify(value)
}

/** `value` when it is an object, else an empty one: what a request leaves out or gets wrong is the engine's to refuse. */
export function record(value: unknown): Input {
  return typeof value === 'object' && value !== null ? (value as Input) : {}
}

/** `value` when it is a list, its members as objects. */
export function list(value: unknown): Input[] {
  return Array.isArray(value) ? value.map(record) : []
}
