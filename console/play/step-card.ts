import { html } from 'htm/preact'
import type { ColumnName } from '../wire-play.ts'
import type { StepCell, StepView } from './play-state.ts'
import { StepPicture } from './step-picture.ts'

export const columnTitles: Record<ColumnName, string> = {
  guarded: 'With the guard',
  unguarded: 'Without the guard',
}

/** One step: what the presenter does, and in each column what came of it. */
export function StepCard({ view, columns }: { view: StepView; columns: readonly ColumnName[] }) {
  return html`
    <li class="panel played">
      <h3>${view.number}. ${view.does}</h3>
      <div class="columns">
        ${columns.map(
          (column) => html`
            <div key=${column} class=${`column is-${column}`}>
              ${columns.length > 1 && html`<p class="note">${columnTitles[column]}</p>`}
              <${Cell} cell=${view.cells[column]} tellsLack=${column === columns.at(-1)} />
            </div>
          `,
        )}
      </div>
    </li>
  `
}

/** What the lack of the guard leads to is told once: by the column without it, if there is one. */
function Cell({ cell, tellsLack }: { cell: StepCell | undefined; tellsLack: boolean }) {
  if (cell === 'waiting') return html`<p class="empty">Not yet.</p>`
  if (cell === 'running') return html`<p class="empty">Under way …</p>`
  if (cell === undefined) return html`<p class="empty">It did not come to that.</p>`
  if ('drawn' in cell)
    return html`
      <${StepPicture} step=${cell.drawn} isLive />
      <p class="empty">Under way …</p>
    `
  const { shows, without, notes, changes, rowsLeftOut } = cell
  return html`
    <${StepPicture} step=${cell} />
    ${notes.map((note, at) => html`<p key=${at} class="noted">${note}</p>`)}
    ${
      changes.length > 0 &&
      html`
        <details>
          <summary>What changed in the tables</summary>
          <ul class="changes mono">
            ${changes.map(({ sign, table, text }, at) => html`<li key=${at}><b>${sign} ${table}</b> ${text}</li>`)}
            ${rowsLeftOut > 0 && html`<li>… and ${rowsLeftOut} more</li>`}
          </ul>
        </details>
      `
    }
    ${shows !== undefined && html`<p class="shows"><b>Shows:</b> ${shows}</p>`}
    ${without !== undefined && tellsLack && html`<p class="without"><b>Without it:</b> ${without}</p>`}
  `
}
