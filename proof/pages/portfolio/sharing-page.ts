import { conflicts } from '../../portfolio/conflicts.ts'
import { mechanisms } from '../../portfolio/mechanisms.ts'
import { everyEndpoint, type RecordedWork, rowsWritten } from '../../portfolio/recorded-work.ts'
import { sharedResources } from '../../portfolio/shared-resources.ts'
import { type RowKindName, rowKinds } from '../../schema/kinds.ts'
import { table } from '../table.ts'
import type { PortfolioPage } from './portfolio-page.ts'

/** What more than one function writes, and what keeps them from harming each other. */
export function sharingPage(works: readonly RecordedWork[]): PortfolioPage {
  const written = rowKinds.map(({ name, table: tableName }) => ({ name, tableName, by: writersOf(name, works) }))
  const isShared = ({ by }: (typeof written)[number]) => by.length > 1 || by.includes(everyEndpoint)
  return {
    name: 'sharing',
    title: 'Sharing between components',
    asks: 'What do several functions write, and what keeps them from harming each other?',
    provenBy: 'npx vitest run test/portfolio',
    body: `
Functions share no memory and hold no locks or leases; what they share is rows, queues, executions and objects. Who writes which row was recorded
while each function ran; a test holds the record to the roles: a function writes nothing that its role forbids, and every write that a role allows is in it.

## Rows that several functions write

${table(
  ['row', 'table', 'functions', 'kept apart by'],
  written.filter(isShared).map(({ name, tableName, by }) => [name, tableName, by.join(', '), keptApart(name)]),
)}

## Rows with one writer

${table(
  ['row', 'table', 'function', 'two of its invocations are kept apart by'],
  written
    .filter((one) => !isShared(one))
    .map(({ name, tableName, by }) => [name, tableName, by.join(', '), keptApart(name)]),
)}

## Besides rows

${table(
  ['shared', 'functions', 'kept apart by'],
  sharedResources.map(({ what, users, keptApart: how }) => [what, users.join(', '), how]),
)}

What becomes of the one who comes second, and the test of each: [concurrent access](concurrent-access.md).
`,
  }
}

function writersOf(kind: string, works: readonly RecordedWork[]): string[] {
  return works
    .filter((work) => rowsWritten(work).some((row) => row.kind === kind && row.does !== 'check'))
    .map(({ by }) => by)
}

function keptApart(kind: string): string {
  const { by } = conflicts[kind as RowKindName]
  return `**${by}**: ${mechanisms[by][0]}`
}
