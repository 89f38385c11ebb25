import { services, shares, sumOf } from '../../proof/cost/bill.ts'
import { leversShown } from '../../proof/cost/cost-report.ts'
import type { CostReport } from '../../proof/cost/format-bill.ts'
import { priceList } from '../../proof/cost/prices.ts'

/** The bill for scripts: US dollars by service and by use case, each line with its quantity, the levers and the comparison. */
export function toJson({ month, bill, levers, comparisons }: CostReport) {
  const sums = <Name extends string>(names: readonly Name[], part: 'service' | 'share') =>
    Object.fromEntries(names.map((name) => [name, sumOf(bill.lines.filter((line) => line[part] === name))]))
  return {
    ...month,
    region: priceList.region,
    pricesOf: priceList.date,
    totalUsd: bill.usd,
    byService: sums(services, 'service'),
    byUseCase: sums(shares, 'share'),
    lines: bill.lines.map(({ share, ...line }) => ({ useCase: share, ...line })),
    levers: levers.slice(0, leversShown),
    comparisons,
  }
}
