import type { LoadFigures, LoadSettings } from '../../proof/bench/measure-load.ts'
import { alignedTable } from './aligned-table.ts'

/** One line of the table. */
export interface StackRow extends LoadFigures {
  name: string
  /** `cold` begins with an empty data folder. An emulator that keeps nothing has no warm start. */
  startSeconds: { cold?: number; warm?: number }
}

const columns: readonly { title: string; value(row: StackRow): number | undefined; digits: number }[] = [
  { title: 'requests/s', value: (row) => row.requestsPerSecond, digits: 0 },
  { title: 'of the first', value: () => undefined, digits: 2 },
  { title: 'p50 ms', value: (row) => row.p50Ms, digits: 0 },
  { title: 'p99 ms', value: (row) => row.p99Ms, digits: 0 },
  { title: 'CPU ms/effect', value: (row) => row.cpuMsPerEffect, digits: 0 },
  { title: 'memory MB', value: (row) => row.memoryMb, digits: 0 },
  { title: 'cold start s', value: (row) => row.startSeconds.cold, digits: 1 },
  { title: 'warm start s', value: (row) => row.startSeconds.warm, digits: 1 },
]

/** A Markdown table; `of the first` is the throughput as a ratio to the first row's. */
export function formatStacks(
  rows: readonly StackRow[],
  settings: LoadSettings & { rounds: number; cores: number },
): string {
  const { unique, copies, concurrency, rounds, cores } = settings
  const [first] = rows
  const cells = rows.map((row) => [
    row.name,
    ...columns.map(({ title, value, digits }) => {
      const shown = title === 'of the first' && first ? row.requestsPerSecond / first.requestsPerSecond : value(row)
      return shown === undefined ? '–' : shown.toFixed(digits)
    }),
  ])
  const caption = `${unique} tickets, each request sent ${copies} times at once, ${concurrency} requests at a time; median of ${rounds} rounds after a warm-up; ${cores} cores, the client's CPU time not counted.`
  const header = ['stack', ...columns.map(({ title }) => title)]
  return [caption, '', alignedTable(header, cells), '', ...rows.flatMap(formatThreads)].join('\n')
}

/** CPU time that is not worth a word, in milliseconds per effect. */
const negligibleMs = 0.5

/** Where the CPU time of an effect goes, the largest part first. */
function formatThreads({ name, cpuMsByThread = {} }: StackRow): string[] {
  const parts = Object.entries(cpuMsByThread)
    .filter(([, cpuMs]) => cpuMs >= negligibleMs)
    .toSorted(([, a], [, b]) => b - a)
    .map(([thread, cpuMs]) => `${thread} ${cpuMs.toFixed(1)}`)
  return parts.length > 0 ? [`${name}, CPU ms per effect by thread: ${parts.join(', ')}`] : []
}
