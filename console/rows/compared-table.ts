import { html } from 'htm/preact'
import { shown } from './row-views.ts'

interface Props {
  /** The table's name for screen readers. */
  label: string
  /** The titles of the columns: what the rows are, what is before, what is after. */
  heads: readonly [string, string, string]
  before: Record<string, unknown>
  after: Record<string, unknown>
  differing: ReadonlySet<string>
}

/** Named values at two points, side by side. */
export function ComparedTable({ label, heads, before, after, differing }: Props) {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return html`
    <div class="wide" tabindex="0" role="group" aria-label=${label}>
      <table class="facts-table">
        <thead><tr>${heads.map((head) => html`<th key=${head} scope="col">${head}</th>`)}</tr></thead>
        <tbody>
          ${[...names].map(
            (name) => html`
              <tr key=${name} class=${differing.has(name) ? 'is-changed' : ''}>
                <th scope="row">${name}</th>
                <td class="mono">${shown(before[name])}</td>
                <td class="mono">${shown(after[name])}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `
}
