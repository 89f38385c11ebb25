import type { Row, TableName } from '../../tables/store.ts'
import { attributesOf } from './field-type.ts'
import { rowKinds } from './kinds.ts'
import { hasKeyOf, noteOf, type RowKind } from './row-kind.ts'

/** How to make this check pass again when the code is right. */
const whatToDo = 'name it in proof/schema/kinds, then run npm run docs'

/** The kinds that a row is of: exactly one, if the catalogue is right. */
export function kindsOf(table: TableName, row: Row): RowKind[] {
  return rowKinds.filter((kind) => kind.table === table && hasKeyOf(kind, row))
}

/** Differences of a row from the catalogue: predicates of sentences about it. Types and constraints are the parser's to judge. */
export function schemaProblems(table: TableName, row: Row): string[] {
  const [kind, ...others] = kindsOf(table, row)
  if (!kind) return [`is of no kind that docs/schema.md knows: if it belongs there, ${whatToDo}`]
  if (others.length > 0)
    return [`is of ${others.length + 1} kinds at once: ${[kind, ...others].map(nameOf).join(', ')}`]
  const known = attributesByKind(kind)
  const unknown = Object.keys(row).filter(
    (name) => !known.all.has(name) && !kind.families.some(({ names }) => names.test(name)),
  )
  const missing = known.always.filter((name) => row[name] === undefined)
  return [
    ...unknown.map(
      (name) =>
        `has the attribute ${name}, which no ${kind.name} has by docs/schema.md: if it belongs there, ${whatToDo}`,
    ),
    ...missing.map((name) => `lacks the attribute ${name}, which every ${kind.name} has by docs/schema.md`),
  ]
}

function nameOf({ name }: RowKind): string {
  return name
}

const attributes = new Map<RowKind, { all: Set<string>; always: string[] }>()

/** The names of a kind's attributes, and of those that every row has. */
function attributesByKind(kind: RowKind): { all: Set<string>; always: string[] } {
  const cached = attributes.get(kind)
  if (cached) return cached
  const keys = kind.key.sk === undefined ? ['pk'] : ['pk', 'sk']
  const declared = attributesOf(kind.schema)
  const stored = Object.entries(kind.stored)
  const found = {
    all: new Set([...keys, ...declared.map(({ name }) => name), ...stored.map(([name]) => name)]),
    always: [
      ...keys,
      ...declared.flatMap(({ name, isOptional }) => (isOptional ? [] : [name])),
      ...stored.flatMap(([name, note]) => (noteOf(note).absent === undefined ? [name] : [])),
    ],
  }
  attributes.set(kind, found)
  return found
}
