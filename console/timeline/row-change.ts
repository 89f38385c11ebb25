import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import { FactsTable } from '../rows/facts-table.ts'
import type { Replay } from '../wire-tables.ts'
import type { RowChange, RowRef } from '../wire-timeline.ts'
import { RecordedChanges } from './recorded-changes.ts'

/** What a step did to a row: as it was before, and after. */
export function RowChangeView({ row, change }: { row: RowRef; change: RowChange }) {
  if (change.is === 'written')
    return html`<p class="note">This step wrote it: it was not there before, and is never changed.</p>`
  if (change.is === 'recorded') return html`<${RecordedChanges} row=${row} at=${change.at} />`
  return html`<${Folded} ...${change} />`
}

function Folded({ tenant, ticket, seq }: Extract<RowChange, { is: 'folded' }>) {
  const [replay, setReplay] = useState<Fetched<Replay>>({ status: 'loading' })
  useEffect(() => {
    const points = { to: String(seq), from: String(seq - 1) }
    void fetchJson<Replay>(`replay?${new URLSearchParams({ ticket, tenant, ...points })}`).then(setReplay)
  }, [tenant, ticket, seq])
  if (replay.status === 'loading') return html`<p class="empty" role="status">Reading its history</p>`
  if (replay.status === 'failed')
    return html`<p class="empty" role="status">Its history is not told: ${replay.why}.</p>`
  return html`
    <h3>What event ${seq} did</h3>
    <${FactsTable} replay=${replay.value} />
  `
}
