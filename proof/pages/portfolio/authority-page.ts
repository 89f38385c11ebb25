import { subscribers } from '../../../app/functions.ts'
import { maxReceiveCount, messageRetentionDays } from '../../../infra/limits.ts'
import { type IndexShape, tableShapes } from '../../../tables/key-shapes.ts'
import type { TableName } from '../../../tables/store.ts'
import { type Authority, type Role, rowAuthority } from '../../portfolio/authority.ts'
import { objectAuthority } from '../../portfolio/object-authority.ts'
import { type OtherState, otherPlaces, otherState } from '../../portfolio/other-state.ts'
import { canGo } from '../../schema/index-use.ts'
import { type RowKindName, rowKinds } from '../../schema/kinds.ts'
import { objectKinds } from '../../schema/objects.ts'
import { table } from '../table.ts'
import { fileLink, type PortfolioPage } from './portfolio-page.ts'

const roles: Record<Role, string> = {
  truth: 'nothing else knows it; what disagrees with it is wrong',
  projection: 'follows from the truth, and can be made again from it',
  cache: 'may be lost at any time, and nobody notices but by a moment’s delay',
  snapshot: 'the truth of one moment, kept as it was',
  evidence: 'proves what happened; no decision reads it',
}

/** Every place that holds state: what it is to the system, who decides it, and how it is corrected and deleted. */
export function authorityPage(): PortfolioPage {
  return {
    name: 'data-authority',
    title: 'Data authority map',
    asks: 'Which copy is right, who decides it, how is a wrong one corrected, and how does it go?',
    provenBy: 'npx vitest run test/portfolio',
    body: `
${table(
  ['role', 'means', 'kinds of rows'],
  Object.entries(roles).map(([role, means]) => [`**${role}**`, means, countOf(role)]),
)}

What a row is made of, and how long it lives in detail: [what is stored](../schema.md).

## Rows

${table(['row', 'table', 'role', 'decided in', 'life', 'corrected', 'deleted'], rowKinds.map(rowOf))}

## Indexes

DynamoDB makes each from its table, within a second in usual operation, and drops it with the table. None is ever corrected: it is built anew.

${table(
  ['index', 'role', 'holds', 'goes'],
  Object.keys(tableShapes).flatMap((name) => indexRows(name as TableName)),
)}

## Objects

${table(['object', 'bucket', 'role', 'decided by', 'corrected', 'deleted'], objectKinds.map(objectRow))}

## Queues and streams

${table(stateHeader, [...Object.keys(subscribers).map(queueRow), ...otherState['queues and streams'].map(stateRow)])}

${otherPlaces
  .filter((place) => place !== 'queues and streams')
  .map((place) => `## ${headings[place]}\n\n${table(stateHeader, otherState[place].map(stateRow))}`)
  .join('\n\n')}
`,
  }
}

const headings = {
  'logs and metrics': 'Logs and metrics',
  outside: 'Outside of the system',
  temporary: 'Temporary state',
  clients: 'What clients hold',
} as const

const stateHeader = ['state', 'role', 'decided by', 'lives', 'corrected', 'deleted']

function countOf(role: string): number {
  return Object.values(rowAuthority).filter((one) => one.role === role).length
}

function rowOf({ name, table: tableName, life, deleted }: (typeof rowKinds)[number]): string[] {
  const { role, owner, corrected }: Authority = rowAuthority[name as RowKindName]
  return [`[${name}](../schema.md#${anchorOf(name)})`, tableName, role, fileLink(owner), life, corrected, deleted]
}

function anchorOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-')
}

function indexRows(name: TableName): string[][] {
  const indexes: readonly IndexShape[] = tableShapes[name].indexes
  return indexes.map((index) => {
    const full = `${name}.${index.name}` as keyof typeof canGo
    return [`\`${full}\``, 'projection', index.holds === 'keys' ? 'keys' : 'whole rows', canGo[full]]
  })
}

function objectRow({ key, bucket, writes, deleted }: (typeof objectKinds)[number]): string[] {
  const { role, corrected } = objectAuthority(key)
  return [`\`${key}\``, bucket, role, writes, corrected, deleted]
}

function queueRow(subscriber: string): string[] {
  return [
    `messages of \`${subscriber}.fifo\``,
    'projection',
    '`relay-outbox`, from the outbox',
    `${messageRetentionDays} days at most`,
    `a lost one is made up for by \`${subscriber === 'wake-saga' ? 'reconcile-sagas' : 'reconcile-consumers'}\``,
    `when its batch succeeds; after ${maxReceiveCount} failures it is a dead letter`,
  ]
}

function stateRow({ what, role, owner, lives, corrected, deleted }: OtherState): string[] {
  return [what, role, owner, lives, corrected, deleted]
}
