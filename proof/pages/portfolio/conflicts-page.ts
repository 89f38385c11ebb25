import { conflicts } from '../../portfolio/conflicts.ts'
import { mechanisms } from '../../portfolio/mechanisms.ts'
import { type RecordedWork, rowsWritten } from '../../portfolio/recorded-work.ts'
import { type RowKindName, rowKinds } from '../../schema/kinds.ts'
import { table } from '../table.ts'
import { fileLink, type PortfolioPage, testLink } from './portfolio-page.ts'

/** Per kind of row: who writes it, under which condition, what becomes of the second, and the test that races them. */
export function conflictsPage(works: readonly RecordedWork[]): PortfolioPage {
  return {
    name: 'concurrent-access',
    title: 'Concurrent access and conflict resolution',
    asks: 'Two write the same row at once: what decides, and what becomes of the one who comes second?',
    provenBy: 'npx vitest run test/portfolio',
    body: `
No row is locked: a writer says what it has read, and DynamoDB refuses a write when that is no longer so. The conditions are those that a run of
every function sent ([\`test/portfolio/record-every-work.ts\`](../../test/portfolio/record-every-work.ts)); which attributes they name, not their
values. Who writes what, and together with what: [transaction boundaries](transaction-boundaries.md).

## What keeps two writers apart

${table(
  ['by', 'the write happens only if', 'built in', 'rows'],
  Object.entries(mechanisms).map(([name, [means, file]]) => [
    `**${name}**`,
    means,
    fileLink(file),
    rowKinds.flatMap((kind) => (conflicts[kind.name as RowKindName].by === name ? [kind.name] : [])).join(', '),
  ]),
)}

## Row by row

${table(
  ['row', 'table', 'by', 'conditions as sent', 'the one who comes second', 'raced by'],
  rowKinds.map(({ name, table: tableName }) => {
    const { by, loser, race } = conflicts[name as RowKindName]
    return [name, tableName, by, conditionsOn(name, works).join('; '), loser, testLink(race)]
  }),
)}
`,
  }
}

function conditionsOn(kind: string, works: readonly RecordedWork[]): string[] {
  const rows = works.flatMap(rowsWritten).filter((row) => row.kind === kind)
  return [...new Set(rows.map(({ does, when = 'without a condition' }) => `${does}: ${when}`))].toSorted()
}
