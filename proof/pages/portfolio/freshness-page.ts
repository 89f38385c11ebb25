import { pascalCase } from '../../../infra/constructs/names.ts'
import { runbookOf, runbookPath } from '../../../infra/runbooks.ts'
import {
  type FreshnessContract,
  indexFreshness,
  otherFreshness,
  roundFreshness,
  subscriberFreshness,
  viewFreshness,
} from '../../portfolio/freshness.ts'
import { table } from '../table.ts'
import { fileLink, type PortfolioPage } from './portfolio-page.ts'

const header = ['promise', 'measured by', 'alarm, with its runbook', 'when broken']

/** How fresh everything is that is not the truth: the promise, how it is measured, who is woken, and what an answer says. */
export function freshnessPage(): PortfolioPage {
  return {
    name: 'freshness',
    title: 'Freshness contracts',
    asks: 'How late may something be, how is that measured, who is woken, and what does an answer say meanwhile?',
    provenBy: 'npx vitest run test/portfolio',
    body: `
The truth is never late. What follows from it is; these are the bounds. Numbers are those that are deployed (${fileLink('infra/limits.ts')}), alarms are those
of production; each row’s alarms are looked up in the synthesized app by a test.

## Read models

One by one: [read models](../read-models.md).

${table(header, [contractRow(viewFreshness)])}

## Subscribers

Each has its queue, so one that is late delays no other.

${table(
  ['subscriber', ...header],
  Object.entries(subscriberFreshness).map(([name, { promise, broken }]) => [
    name,
    ...contractRow({
      promise,
      measuredBy: viewFreshness.measuredBy.split(';')[0] ?? '',
      alarms: [`${pascalCase(name)}Late`, `${pascalCase(name)}DeadLetters`],
      broken,
    }),
  ]),
)}

## Rounds

What the fast paths miss.

${table(
  ['function', ...header],
  Object.entries(roundFreshness).map(([name, contract]) => [
    name,
    ...contractRow({ ...contract, measuredBy: `\`${contract.measuredBy}\`` }),
  ]),
)}

## Indexes

DynamoDB fills them after the commit, usually within a second, and promises no bound. Nothing alarms on their lag: no rule depends on them, only lists and rounds do
([consistency of each read](read-consistency.md)).

${table(
  ['index', 'measured by', 'when it lags'],
  Object.entries(indexFreshness).map(([name, { measuredBy, broken }]) => [`\`${name}\``, measuredBy, broken]),
)}

## Others

${table(
  ['what', ...header],
  Object.entries(otherFreshness).map(([name, contract]) => [name, ...contractRow(contract)]),
)}
`,
  }
}

function contractRow({ promise, measuredBy, alarms, broken }: FreshnessContract): string[] {
  return [promise, measuredBy, alarms.map(alarmLink).join(', ') || 'none', broken]
}

/** Throws `Error` when the alarm has no runbook. */
function alarmLink(id: string): string {
  return fileLink(runbookPath(runbookOf(id)), `\`${id}\``)
}
