import { type IndexShape, retiredIndexes, tableShapes } from '../../tables/key-shapes.ts'
import type { TableName } from '../../tables/store.ts'
import type { Measured } from '../cost/usage.ts'
import { functionsThatMay, writeActions } from '../schema/access.ts'
import { badStates } from '../schema/bad-states.ts'
import { exampleRow } from '../schema/example-row.ts'
import { attributesOf, idNames } from '../schema/field-type.ts'
import { canGo, indexUnits } from '../schema/index-use.ts'
import { eventContracts, jsonContracts, sagaInputs } from '../schema/json-contracts.ts'
import { rowKinds } from '../schema/kinds.ts'
import type { MeasuredQuery } from '../schema/measure-queries.ts'
import { objectKinds } from '../schema/objects.ts'
import { type CommonQuery, commonQueries } from '../schema/queries.ts'
import { noteOf, type RowKind } from '../schema/row-kind.ts'
import { generatedNotice, table } from './table.ts'

const tables = Object.keys(tableShapes) as TableName[]

/** The page of everything that is stored: kinds of rows, queries, indexes, files, contracts, bad states. */
export async function schemaPage(measured: Measured, queries: readonly MeasuredQuery[]): Promise<string> {
  const examples = new Map<RowKind, string>()
  for (const kind of rowKinds) examples.set(kind, exampleText(await exampleRow(kind)))
  return `${generatedNotice}

# What is stored

Every kind of row and object, made from the schemas that the code parses by. The tests hold each row that any of them stores to this page
(\`test/schema/rows.unit.ts\`, and on a whole stack \`test/e2e/main-job.e2e.ts\`); \`npm run check -- --schema\` does so with a running stack. What a
review of it found, and what was done: [schema review](schema-review.md). Why there are several tables: [ADR 11](adr/0011-several-tables.md).

- **Key**: \`{id}\` stands for a part without \`#\`, \`{key…}\` for any text. Every key but those of sweeps and of the catalog begins with its tenant.
- **Type**: an id is text that matches ${idNames.map(([pattern, name]) => `\`${pattern.replaceAll('|', '\\|')}\` (${name})`).join(', ')}.
- **Changes**: what changes the attribute after the row was created; nothing where the column is empty.
- **Absent**: why a row may lack the attribute; where the column is empty, every row has it. No attribute is ever null.
- **Personal**: \`id\` names a person, and may be an e-mail address if the identity provider issues such ids; \`contact\` reaches one, \`text\` was written by
  one, \`secret\` must be shown to nobody.
- **Functions that may write** are those whose role allows it; a test compares roles with this list on every stage
  (\`test/infra/least-privilege.unit.ts\`). A row of several kinds shares its table's roles.

${table(
  ['table', 'kinds of rows', 'time to live', 'stream'],
  tables.map((name) => [
    `[${name}](#${name.toLowerCase()})`,
    kindsIn(name)
      .map(({ name: kind }) => kind)
      .join(', '),
    ...lifeOf(name),
  ]),
)}

${tables.map((name) => tableChapter(name, examples)).join('\n\n')}

## Files

The bytes are objects of S3; what is known of a file is its row in \`Tickets\`, the truth about whether it is part of its ticket.

${table(
  ['bucket', 'key', 'one object', 'metadata', 'written by', 'deleted', 'personal'],
  objectKinds.map(({ bucket, key, is, metadata, writes, deleted, personal }) => [
    bucket,
    `\`${key}\``,
    is,
    metadata,
    writes,
    deleted,
    personal,
  ]),
)}

## Common queries

All that any function may make; what they read by key alone is in [the costs](cost.md). Rows and read units are those of one execution on
DynamoDB’s engine, over 60 rows of usual size of each kind (\`test/schema/queries.int.ts\`). A unit is 4 KB read consistently.

${table(
  ['asks for', 'table or index', 'key condition', 'sort', 'page', 'expects', 'rows', 'read units', 'owner'],
  commonQueries.map((query) => queryRow(query, queries)),
)}

## Indexes

Write units are those that a use case spends on the index, from sizes measured on a stack by DynamoDB’s rules
([ADR 30](adr/0030-what-an-index-holds-is-decided-by-its-price.md)).

${table(
  ['index', 'key', 'holds', 'asked by', 'units per opened ticket', 'per comment', 'per notification saga', 'can go'],
  tables.flatMap((name) => indexesOf(name).map((index) => indexRow(name, index, measured))),
)}

Retired, and kept for one deployment only: ${retired()}.

## Contracts of stored JSON

${table(
  ['where', 'contract'],
  jsonContracts.map(({ where, contract }) => [where, contract]),
)}

### Data of events, by type

${table(['type', 'data'], eventContracts())}

### Input of sagas

${table(['saga', 'input'], sagaInputs())}

## Bad states

${table(
  ['state', 'made impossible by', 'detected by', 'attacked by'],
  badStates.map(({ state, prevented = 'nothing', detected = 'nothing', tests }) => [
    state,
    prevented,
    detected,
    tests.map(([title, file]) => `[${title}](../${file})`).join(', '),
  ]),
)}
`
}

function kindsIn(name: TableName): RowKind[] {
  return rowKinds.filter((kind) => kind.table === name)
}

function lifeOf(name: TableName): string[] {
  const shape = tableShapes[name]
  return ['ttl' in shape ? `\`${shape.ttl}\`` : '', 'stream' in shape ? `\`${shape.stream}\`` : '']
}

function indexesOf(name: TableName): readonly IndexShape[] {
  return tableShapes[name].indexes
}

function tableChapter(name: TableName, examples: ReadonlyMap<RowKind, string>): string {
  const writers = writeActions.flatMap((action) => {
    const functions = functionsThatMay(action, name)
    return functions.length > 0 ? [[`\`${action}\``, functions.join(', ')]] : []
  })
  const kinds = kindsIn(name).map((kind) => kindChapter(kind, examples.get(kind) ?? ''))
  return `## ${name}

${table(['may', 'functions'], writers)}

${kinds.join('\n\n')}`
}

function kindChapter(kind: RowKind, example: string): string {
  const { name, key, is, life, changed, deleted, unique } = kind
  const pk = [key.pk].flat().map((pattern) => `\`${pattern}\``)
  return `### ${capitalized(name)}

One row is ${is}.

${table(
  ['key', 'life', 'changed by', 'on delete', 'unique'],
  [[`pk ${pk.join(' or ')}${key.sk === undefined ? '' : `, sk \`${key.sk}\``}`, life, changed, deleted, unique]],
)}

${table(['attribute', 'type and constraint', 'says', 'changes', 'absent', 'personal'], attributeRows(kind))}

<details><summary>Example</summary>

\`\`\`json
${example}
\`\`\`

</details>`
}

function attributeRows({ schema, notes, stored, families }: RowKind): string[][] {
  const declared = attributesOf(schema).map(({ name, type }) => ({ name, type, ...noteOf(notes[name] ?? '') }))
  const others = Object.entries(stored).map(([name, note]) => ({ name, ...note }))
  const rows: { name: string; type: string; meaning: string; changes?: string; absent?: string; personal?: string }[] =
    [...declared, ...others, ...families.map((family) => ({ ...family, absent: 'until there is one' }))]
  return rows.map(({ name, type, meaning, changes = '', absent = '', personal = '' }) => [
    `\`${name}\``,
    type,
    meaning,
    changes,
    absent,
    personal,
  ])
}

function queryRow(query: CommonQuery, measured: readonly MeasuredQuery[]): (string | number)[] {
  const { asks, request, limit, expects, owners } = query
  const found = measured.find((each) => each.asks === asks)
  if (!found) throw new Error(`the query for ${asks} is not measured: npx vitest run test/schema -u`)
  const index = request.index === undefined ? '' : `.${request.index}`
  return [
    asks,
    `${request.table}${index}`,
    keyCondition(query),
    sortOf(query),
    limit ?? '1 MB',
    expects,
    found.rows,
    found.units,
    [...owners].join(', '),
  ]
}

function keyCondition({ request }: CommonQuery): string {
  if (!('partition' in request)) return 'none: a scan'
  const index = indexesOf(request.table).find(({ name }) => name === request.index)
  const sortKey = index?.sortKey ?? 'sk'
  const partition = `\`${index?.partitionKey ?? 'pk'} = ${request.partition}\``
  const { sort } = request
  if (!sort) return partition
  if ('prefix' in sort) return `${partition}, \`${sortKey}\` begins with \`${sort.prefix}\``
  if ('after' in sort) return `${partition}, \`${sortKey}\` after \`${sort.after}\``
  return `${partition}, \`${sortKey}\` from \`${sort.from}\` to \`${sort.to}\``
}

function sortOf({ request }: CommonQuery): string {
  if (!('partition' in request)) return 'none'
  return request.descending ? 'descending' : 'ascending'
}

function indexRow(name: TableName, index: IndexShape, measured: Measured): (string | number)[] {
  const full = `${name}.${index.name}` as keyof typeof canGo
  const askedBy = commonQueries.filter(({ request }) => request.table === name && request.index === index.name)
  return [
    full,
    `\`${index.partitionKey}\`, \`${index.sortKey}\``,
    index.holds === 'keys' ? 'keys' : 'whole rows',
    askedBy.map((query) => `${query.how}: ${query.asks}`).join('; '),
    ...(['open a ticket', 'comment', 'notification saga'] as const).map((useCase) =>
      Number(indexUnits(measured, useCase, full).toFixed(2)),
    ),
    canGo[full],
  ]
}

function retired(): string {
  return Object.entries(retiredIndexes)
    .flatMap(([name, indexes]) => indexes.map((index) => `\`${name}.${index.name}\``))
    .join(', ')
}

function exampleText(row: object): string {
  return JSON.stringify(row, null, 2)
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
