import type { EngineClient } from './engine-client.ts'
import { resolveListIndexes } from './expressions/list-updates.ts'
import { parseExpression } from './expressions/parse.ts'
import type { Guarded, ListUpdate } from './guard.ts'
import { type Item, list, record, type TouchedItem } from './touched-items.ts'

type Input = Record<string, unknown>

/** The request with its updates of lists as they are to be carried out on the items that are stored now. */
export async function resolveListUpdates(
  { input, listUpdates }: Guarded,
  items: readonly (TouchedItem | undefined)[],
  engine: EngineClient,
): Promise<Input> {
  if (input.TransactItems === undefined) {
    const [update] = listUpdates
    return update ? resolve(input, update, items, engine) : input
  }
  const entries = [...list(input.TransactItems)]
  for (const update of listUpdates) {
    const target = record(entries[update.position]?.Update)
    entries[update.position] = { Update: await resolve(target, update, items, engine) }
  }
  return { ...input, TransactItems: entries }
}

async function resolve(
  target: Input,
  { position, expressions: { given } }: ListUpdate,
  items: readonly (TouchedItem | undefined)[],
  engine: EngineClient,
): Promise<Input> {
  const touched = items[position]
  // Without a valid key the engine refuses it.
  if (!touched) return target
  const { Item } = await engine.call('DynamoDB_20120810.GetItem', {
    TableName: touched.tableName,
    Key: touched.key,
    ConsistentRead: true,
  })
  const parsed = parseExpression('UpdateExpression', String(target.UpdateExpression))
  const { text, names } = resolveListIndexes(parsed, given, Item as Item | undefined)
  if (text === parsed.text) return target
  const allNames = { ...given.names, ...names }
  return {
    ...target,
    UpdateExpression: text,
    ...(Object.keys(allNames).length > 0 && { ExpressionAttributeNames: allNames }),
  }
}
