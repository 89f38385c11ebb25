import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import { ComparedTable } from '../rows/compared-table.ts'
import type { RowChanges, RowRef } from '../wire-timeline.ts'
import { changedOnly, firstShown, whyNone } from './recorded-view.ts'

/** What the stack recorded of a row: one change at a time, from the one nearest to `at` on. */
export function RecordedChanges({ row, at }: { row: RowRef; at: string | undefined }) {
  const [recorded, setRecorded] = useState<Fetched<RowChanges>>({ status: 'loading' })
  const [chosen, choose] = useState<number>()
  const { table, pk, sk } = row
  useEffect(() => {
    const address = new URLSearchParams({ table, pk, ...(sk !== undefined && { sk }) })
    void fetchJson<RowChanges>(`row-changes?${address}`).then(setRecorded)
  }, [table, pk, sk])
  if (recorded.status === 'loading') return html`<p class="empty" role="status">Reading its changes</p>`
  if (recorded.status === 'failed') return html`<p class="empty" role="status">Before and after: ${recorded.why}.</p>`
  const { changes, isPart } = recorded.value
  const none = whyNone(recorded.value, timeOf)
  const index = chosen ?? firstShown(changes, at)
  const change = changes[index]
  if (none !== undefined || !change) return html`<p class="note" role="status">${none}</p>`
  const { before, after } = changedOnly(change)
  const head = (attributes: Record<string, unknown>, title: string) =>
    Object.keys(attributes).length === 0 ? `${title}: no row` : title
  return html`
    <h3>What was written</h3>
    <p role="status">Change ${index + 1} of ${changes.length}${isPart && ' that are kept'}, at ${timeOf(change.at)}</p>
    <${ComparedTable}
      label="Before and after"
      heads=${['Attribute', head(change.before, 'Before'), head(change.after, 'After')]}
      before=${before}
      after=${after}
      differing=${new Set(Object.keys({ ...before, ...after }))}
    />
    ${
      changes.length > 1 &&
      html`
        <nav class="pages" aria-label="Changes of this row">
          <button type="button" disabled=${index === 0} onClick=${() => choose(index - 1)}>Earlier</button>
          <button type="button" disabled=${index === changes.length - 1} onClick=${() => choose(index + 1)}>Later</button>
        </nav>
      `
    }
  `
}

/** A time with milliseconds: a saga writes several times in one second. */
const timeOf = (at: string) => `${new Date(at).toLocaleTimeString('en-GB')}.${at.slice(20, 23)}`
