import type { Spread } from '../../proof/bench/rounds.ts'
import { growthMax, type JudgedGoal, judge } from '../../proof/bench/writes/goals.ts'
import type { GrowthRow, GrowthSettings } from '../../proof/bench/writes/measure-growth.ts'
import type {
  RatioRow,
  SpeedRow,
  WorkRow,
  WriteReport,
  WriteSettings,
} from '../../proof/bench/writes/measure-writes.ts'
import type { Kind } from '../../proof/bench/writes/time-requests.ts'
import type { MethodName } from '../../proof/bench/writes/write-method.ts'
import { priceOf } from '../../proof/cost/prices.ts'
import { alignedTable } from './aligned-table.ts'

const methodTitles: Record<MethodName, string> = {
  steadfast: 'Steadfast',
  powertools: 'Powertools',
  naive: 'read, then write',
}
const kindTitles: Record<Kind, string> = { first: 'first', duplicate: 'duplicates' }

/** Markdown: what a request consumes, how fast each method is, the ratios, and whether the goals are met. */
export function formatWrites({ work, speed, ratios }: WriteReport, { requests, rounds }: WriteSettings): string {
  return [
    `Opening a ticket, ${requests} new requests and a duplicate of each per method, number of clients and round; ${rounds} rounds after a warm-up.`,
    formatWork(work),
    formatSpeed(speed),
    'Steadfast divided by the other in each round: the median of the rounds, and the range of their middle half.',
    formatRatios(ratios),
    judge(ratios).map(formatGoal).join('\n'),
  ].join('\n\n')
}

function formatWork(rows: readonly WorkRow[]): string {
  const header = ['requests', 'method', 'calls', 'read units', 'write units', 'USD per million']
  const usd = ({ readUnits, writeUnits }: WorkRow) =>
    1e6 * (readUnits * priceOf.readUnit.usd + writeUnits * priceOf.writeUnit.usd)
  const cells = rows.map((row) => [
    kindTitles[row.kind],
    methodTitles[row.method],
    ...[row.calls, row.readUnits, row.writeUnits].map(String),
    usd(row).toFixed(2),
  ])
  return alignedTable(header, cells, 2)
}

function formatSpeed(rows: readonly SpeedRow[]): string {
  const header = ['requests', 'clients', 'method', 'p50 ms', 'p99 ms', 'requests/s', 'CPU ms']
  const cells = rows.map(({ kind, clients, method, p50Ms, p99Ms, perSecond, cpuMs }) => [
    kindTitles[kind],
    String(clients),
    methodTitles[method],
    p50Ms.toFixed(1),
    p99Ms.toFixed(1),
    perSecond.toFixed(0),
    cpuMs.toFixed(2),
  ])
  return alignedTable(header, cells, 3)
}

function formatRatios(rows: readonly RatioRow[]): string {
  const header = ['requests', 'clients', 'beside', 'p50', 'p99', 'throughput', 'CPU']
  const cells = rows.map(({ kind, clients, other, p50, p99, throughput, cpu }) => [
    kindTitles[kind],
    String(clients),
    methodTitles[other],
    ...[p50, p99, throughput, cpu].map(formatSpread),
  ])
  return alignedTable(header, cells, 3)
}

function formatGoal({ kind, figure, limit, medians, isMet }: JudgedGoal): string {
  const what = figure === 'p50' ? 'p50 at most' : 'throughput at least'
  const found = medians.map((median) => median.toFixed(2)).join(', ')
  return `${kindTitles[kind]}: ${what} ${limit.toFixed(2)} of Powertools': ${found}: ${isMet ? 'met' : 'missed'}`
}

/** Latency on tables of each size. */
export function formatGrowth(rows: readonly GrowthRow[], { requests, rounds }: GrowthSettings): string {
  const header = ['requests', 'stored tickets', 'p50 ms', 'p99 ms', 'p50 to the first']
  const cells = rows.map(({ kind, tickets, p50Ms, p99Ms, ratio }) => [
    kindTitles[kind],
    tickets.toLocaleString('en'),
    p50Ms.toFixed(2),
    p99Ms.toFixed(1),
    formatSpread(ratio),
  ])
  const caption = `Opening a ticket where each stored ticket has its event, outbox row and request key; one client, ${requests} new requests and a duplicate of each per size and round, ${rounds} rounds after a warm-up.`
  const worst = Math.max(...rows.map(({ ratio }) => ratio.median))
  const judged = `p50 at most ${growthMax.toFixed(2)} of that on the first size: ${worst.toFixed(2)}: ${worst <= growthMax ? 'met' : 'missed'}`
  return [caption, '', alignedTable(header, cells), '', judged].join('\n')
}

function formatSpread({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
}
