import type { KeySchema } from './expressions/key-condition.ts'

/** The keys of a table and of its indexes by name. */
export interface TableKeys {
  table: KeySchema
  indexes: Readonly<Record<string, KeySchema>>
}

interface Element {
  AttributeName: string
  KeyType: string
}

/** Reads them from the engine's row of a table. */
export function readTableKeys(row: Record<string, unknown>): TableKeys {
  const definitions = json<{ AttributeName: string; AttributeType: string }[]>(row.attribute_definitions)
  const types = new Map(definitions.map((one) => [one.AttributeName, one.AttributeType]))
  const indexes = [row.gsi_definitions, row.lsi_definitions].flatMap((list) =>
    json<{ IndexName: string; KeySchema: Element[] }[]>(list),
  )
  return {
    table: keySchema(json<Element[]>(row.key_schema), types),
    indexes: Object.fromEntries(indexes.map((index) => [index.IndexName, keySchema(index.KeySchema, types)])),
  }
}

function keySchema(elements: readonly Element[], types: ReadonlyMap<string, string>): KeySchema {
  const attribute = (kind: string) => {
    const name = elements.find(({ KeyType }) => KeyType === kind)?.AttributeName
    return name === undefined ? undefined : { name, type: types.get(name) ?? 'S' }
  }
  const sort = attribute('RANGE')
  return { partition: attribute('HASH') ?? { name: '', type: 'S' }, ...(sort && { sort }) }
}

function json<T extends unknown[]>(text: unknown): T {
  return (typeof text === 'string' ? JSON.parse(text) : []) as T
}
