import { html } from 'htm/preact'
import type { Replay } from '../wire-tables.ts'
import { shown } from './row-views.ts'

/** The facts of a ticket at two points of its history, side by side. */
export function FactsTable({ replay: { from, to, changes } }: { replay: Replay }) {
  const differing = new Set(changes.map(({ name }) => name))
  const names = new Set([...Object.keys(from.facts), ...Object.keys(to.facts)])
  const head = ({ seq }: Replay['from']) => (seq === 0 ? 'Before there was any' : `After event ${seq}`)
  return html`
    <div class="wide" tabindex="0" role="group" aria-label="Facts at both points">
      <table class="facts-table">
        <thead><tr><th scope="col">Fact</th><th scope="col">${head(from)}</th><th scope="col">${head(to)}</th></tr></thead>
        <tbody>
          ${[...names].map(
            (name) => html`
              <tr key=${name} class=${differing.has(name) ? 'is-changed' : ''}>
                <th scope="row">${name}</th>
                <td class="mono">${shown(from.facts[name])}</td>
                <td class="mono">${shown(to.facts[name])}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `
}
