import { otherRetention, rowRetention } from '../../portfolio/lifecycle.ts'
import { type RowKindName, rowKinds } from '../../schema/kinds.ts'
import { table } from '../table.ts'
import type { PortfolioPage } from './portfolio-page.ts'

/** How long everything is kept, what ends it, and who may end it earlier. */
export function lifecyclePage(): PortfolioPage {
  const ended = (by: string) => rowKinds.filter(({ name }) => rowRetention[name as RowKindName].endedBy === by).length
  return {
    name: 'lifecycle',
    title: 'Data life cycle and retention',
    asks: 'How long is each thing kept, what ends it, and who may end it earlier?',
    provenBy: 'npx vitest run test/portfolio',
    body: `
Of ${rowKinds.length} kinds of rows, ${ended('never')} are kept for ever, ${ended('age')} end by DynamoDB’s time to live, ${ended('work')} when the system has no more use for them, and ${ended('command')}
by somebody’s request. No time to live can touch the truth or its history. The numbers below are those of the templates of every stage: a test compares.

## Rows

${table(
  ['row', 'table', 'kept', 'ended by', 'how', 'who may shorten it'],
  rowKinds.map(({ name, table: tableName, deleted }) => {
    const { endedBy, keeps, shortens } = rowRetention[name as RowKindName]
    return [
      `[${name}](../schema.md#${name.toLowerCase().replaceAll(' ', '-')})`,
      tableName,
      keeps,
      endedBy,
      deleted,
      shortens,
    ]
  }),
)}

## Besides rows

${table(
  ['what', 'kept', 'ended by', 'who may shorten it'],
  otherRetention.map(({ what, keeps, endedBy, shortens }) => [what, keeps, endedBy, shortens]),
)}

## What is not there

- **No erasure on request.** Texts, names and addresses are in rows of their own so that one can be built without touching history
  ([ADR 33](../adr/0033-events-are-hash-chained.md)); it is not built.
- **No end of a tenant.** Nothing removes all rows of one; keys begin with the tenant, so a scan could.
- **DynamoDB deletes an expired row within days, not at once.** No rule here relies on the deletion: a request key, a fence and a counter are judged by
  their own times.
- **A restore brings back what was deleted since.** Files that were removed after the point are listed as missing; an erasure would have to be repeated
  ([backup and restore](../restore.md)).
`,
  }
}
