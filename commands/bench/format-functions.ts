import { alignedTable } from './aligned-table.ts'
import type { FunctionRow } from './bench-functions.ts'

/** A Markdown table of all functions, the slowest to load first. */
export function formatFunctions(rows: readonly FunctionRow[], rounds: number): string {
  const header = ['function', 'kB', 'ceiling', 'load CPU ms', 'to the client alone', 'cold start CPU ms', 'to warm']
  const cells = rows
    .toSorted((a, b) => b.ratio.median - a.ratio.median)
    .map(({ name, kB, ceilingKb, loadCpuMs, ratio, coldCpuMs, warmCpuMs }) => [
      name,
      String(kB),
      String(ceilingKb),
      loadCpuMs.toFixed(0),
      ratio.median.toFixed(2),
      String(coldCpuMs),
      (coldCpuMs / warmCpuMs).toFixed(0),
    ])
  const caption = `Loading: in a new process, the median of ${rounds} rounds, beside a bundle of nothing but DynamoDB's client. A cold start: Node's start, loading, and the first invocation.`
  return [caption, '', alignedTable(header, cells)].join('\n')
}
