import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import type { RowRef, StoredRow } from '../wire-timeline.ts'
import { RowChangeView } from './row-change.ts'

/** One stored row: what the step did to it, and as it is now. */
export function RowDialog({ row, close }: { row: RowRef; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [stored, setStored] = useState<Fetched<StoredRow>>({ status: 'loading' })
  const { table, pk, sk, name, change } = row

  useEffect(() => {
    dialog.current?.showModal()
    const address = new URLSearchParams({ table, pk, ...(sk !== undefined && { sk }) })
    void fetchJson<StoredRow>(`row?${address}`).then(setStored)
  }, [table, pk, sk])

  return html`
    <dialog ref=${dialog} onClose=${close} aria-labelledby="row">
      <header>
        <h2 id="row">${name}</h2>
        <button type="button" onClick=${() => dialog.current?.close()}>Close</button>
      </header>
      <p class="note">${table}</p>
      ${change && html`<${RowChangeView} row=${row} change=${change} />`}
      ${change && html`<h3>As it is now</h3>`}
      <${Content} stored=${stored} />
    </dialog>
  `
}

function Content({ stored }: { stored: Fetched<StoredRow> }) {
  if (stored.status === 'loading') return html`<p class="empty" role="status">Reading</p>`
  if (stored.status === 'failed') return html`<p class="empty" role="status">${stored.why}</p>`
  const { is, attributes, hidden } = stored.value
  return html`
    <p>${is}</p>
    <dl>
      ${Object.entries(attributes).map(
        ([name, value]) => html`
          <dt key=${name}>${name}</dt>
          <dd class="mono">${typeof value === 'string' ? value : JSON.stringify(value, null, 1)}</dd>
        `,
      )}
    </dl>
    ${hidden.length > 0 && html`<p class="note">Not shown, being secret: ${hidden.join(', ')}.</p>`}
  `
}
