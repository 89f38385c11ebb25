import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { comparisons } from './alternatives.ts'
import type { AppSettings } from './app-settings.ts'
import { billOf, type Month, sumOf } from './bill.ts'
import { asColumns, billTable, type CostReport, comparisonsTable, leversTable } from './format-bill.ts'
import { leversOf } from './levers.ts'
import { priceList } from './prices.ts'
import { type Measured, useCases } from './usage.ts'

/** The measured inputs of the bill: written by `npm run cost -- --measure` and `--measure-functions`, from the root of the repository. */
export const measuredPath = 'proof/cost/measured.json'

export function readMeasured(rootDir: string): Measured {
  return JSON.parse(readFileSync(join(rootDir, measuredPath), 'utf8')) as Measured
}

/** The text of {@link measuredPath}: one line per call and per function, so that a change can be read. */
export function measuredText({ functionUse, ...measured }: Measured): string {
  const calls = JSON.stringify(measured, null, 1).replaceAll(/\n {4,}|\n {3}(?=[}\]])/g, ' ')
  const functions = Object.entries(functionUse).map(([name, use]) => `  "${name}": ${JSON.stringify(use)}`)
  return `${calls.slice(0, -2)},\n "functionUse": {\n${functions.join(',\n')}\n }\n}\n`
}

export function costReport(month: Month, measured: Measured, settings: AppSettings): CostReport {
  return {
    month,
    bill: billOf(month, measured, settings),
    levers: leversOf(month, measured, settings),
    comparisons: comparisons(measured, settings),
  }
}

/** US dollars for a million runs of each use case, in the order of their list. */
export function perMillion(measured: Measured, settings: AppSettings): { share: string; usd: number }[] {
  const { lines } = billOf({ tickets: 1e6, comments: 1e6, attachments: 1, duplicates: 0.5 }, measured, settings)
  return useCases.map((share) => ({ share, usd: sumOf(lines.filter((line) => line.share === share)) }))
}

/** How many levers a report names. */
export const leversShown = 3

/** The report for a terminal. */
export function reportText({ month, bill, levers, comparisons: compared }: CostReport): string {
  const { tickets, comments, attachments, duplicates } = month
  return [
    `${tickets} tickets, ${comments} comments, ${attachments} attachments per ticket, ${duplicates} duplicates per write`,
    `AWS list prices of ${priceList.region}, gathered on ${priceList.date}, without free tiers: proof/cost/prices.ts names each source`,
    '',
    asColumns(billTable(bill)),
    '',
    'The largest levers:',
    asColumns(leversTable(levers.slice(0, leversShown))),
    '',
    'As others build it:',
    asColumns(comparisonsTable(compared)),
  ].join('\n')
}
