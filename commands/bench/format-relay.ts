import type { RelayRow, RelaySettings } from '../../proof/bench/measure-relay.ts'
import { alignedTable } from './aligned-table.ts'

/** A Markdown table of consumers. */
export function formatRelay(rows: readonly RelayRow[], { tickets, perSecond }: RelaySettings): string {
  const header = ['consumer', 'events', 'p50 ms', 'p99 ms']
  const cells = rows.map(({ consumer, events, p50Ms, p99Ms }) => [
    consumer,
    String(events),
    p50Ms.toFixed(0),
    p99Ms.toFixed(0),
  ])
  const caption = `From commit to the end of a consumer's transaction: ${tickets} tickets opened on the embedded stack, ${perSecond} a second.`
  return [caption, '', alignedTable(header, cells)].join('\n')
}
