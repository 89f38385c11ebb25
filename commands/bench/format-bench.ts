import type { LoadFigures, LoadSettings } from '../../proof/bench/measure-load.ts'

/** One line of the table. */
export interface BenchRow extends LoadFigures {
  name: string
  /** `cold` begins with an empty data folder. An emulator that keeps nothing has no warm start. */
  startSeconds: { cold?: number; warm?: number }
}

const columns: readonly { title: string; value(row: BenchRow): number | undefined; digits: number }[] = [
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
export function formatBench(
  rows: readonly BenchRow[],
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
  const header = ['stack', ...columns.map(({ title }) => title)]
  const widths = header.map((title, at) => Math.max(...[header, ...cells].map((line) => (line[at] ?? title).length)))
  const line = (values: string[]) =>
    `| ${values.map((value, at) => (at === 0 ? value.padEnd(widths[at] ?? 0) : value.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  const told = `${unique} tickets, each request sent ${copies} times at once, ${concurrency} requests at a time; median of ${rounds} rounds after a warm-up; ${cores} cores, the client's CPU time not counted.`
  return [told, '', line(header), rule, ...cells.map(line), '', ...rows.flatMap(formatThreads)].join('\n')
}

/** CPU time that is not worth a word, in milliseconds per effect. */
const negligibleMs = 0.5

/** Where the CPU time of an effect goes, the largest part first. */
function formatThreads({ name, cpuMsByThread = {} }: BenchRow): string[] {
  const parts = Object.entries(cpuMsByThread)
    .filter(([, cpuMs]) => cpuMs >= negligibleMs)
    .toSorted(([, a], [, b]) => b - a)
    .map(([thread, cpuMs]) => `${thread} ${cpuMs.toFixed(1)}`)
  return parts.length > 0 ? [`${name}, CPU ms per effect by thread: ${parts.join(', ')}`] : []
}
