import { table } from '../pages/table.ts'
import type { Comparison } from './alternatives.ts'
import { type Bill, type BillLine, type Month, services, shares, sumOf } from './bill.ts'
import type { Lever } from './levers.ts'

export interface CostReport {
  month: Month
  bill: Bill
  levers: readonly Lever[]
  comparisons: readonly Comparison[]
}

/** US dollars by service and use case; the last row and column are sums. Services and shares that cost nothing are left out. */
export function billTable({ lines, usd }: Bill): string {
  const paid = shares.filter((share) => lines.some((line) => line.share === share))
  const rows = services
    .filter((service) => lines.some((line) => line.service === service))
    .map((service) =>
      row(
        service,
        lines.filter((line) => line.service === service),
        paid,
      ),
    )
  const total = ['**total**', ...paid.map((share) => usdText(sumOf(of(lines, share)))), `**${usdText(usd)}**`]
  return table(['US dollars', ...paid, 'total'], [...rows, total])
}

function row(name: string, lines: readonly BillLine[], paid: readonly (typeof shares)[number][]): string[] {
  return [name, ...paid.map((share) => usdText(sumOf(of(lines, share)))), usdText(sumOf(lines))]
}

function of(lines: readonly BillLine[], share: (typeof shares)[number]): BillLine[] {
  return lines.filter((line) => line.share === share)
}

/** US dollars for a million runs of each use case. */
export function perMillionTable(perMillion: readonly { share: string; usd: number }[]): string {
  return table(
    ['a million of', 'US dollars'],
    perMillion.map(({ share, usd }) => [share, usdText(usd)]),
  )
}

export function leversTable(levers: readonly Lever[]): string {
  return table(
    ['change', 'saves a month', 'needs'],
    levers.map(({ name, savedUsd, needs }) => [name, usdText(savedUsd), needs]),
  )
}

export function comparisonsTable(comparisons: readonly Comparison[]): string {
  return table(
    ['a million of', 'here', 'as others build it', 'what the price does not show'],
    comparisons.map(({ job, here, elsewhere, difference }) => [
      job,
      `${usdText(here.usd)}: ${here.how}`,
      `${usdText(elsewhere.usd)}: ${elsewhere.how}`,
      difference,
    ]),
  )
}

export function usdText(usd: number): string {
  return `$${usd.toFixed(2)}`
}

/** A Markdown table as columns of a terminal. */
export function asColumns(markdown: string): string {
  const cells = markdown
    .split('\n')
    .filter((line) => !/^\|[-| ]+\|$/.test(line))
    .map((line) => line.replace(/^\| /, '').replace(/ \|$/, '').replaceAll('**', '').split(' | '))
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? []
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
