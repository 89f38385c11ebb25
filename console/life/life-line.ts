import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { sagaPlace } from '../saga/saga-place.ts'
import { placeFragment } from '../shell/place.ts'
import type { LifeRequest, RowRef } from '../wire-life.ts'
import { LaneGraph, PassingLanes } from './lane-graph.ts'
import { type LifeRow, laneTitles, lifeView, wordsOf } from './life-view.ts'
import { RowDialog } from './row-dialog.ts'

/** One request's time line, from the first thing that it did to the last. */
export function LifeLine({ request }: { request: LifeRequest }) {
  const { title, note, rows } = lifeView(request)
  const [row, showRow] = useState<RowRef>()
  return html`
    <section class="panel line" aria-label=${`${title}, ${note}`}>
      <header>
        <h2>${title}</h2>
        <p class="note">${note} <span class="id">${request.correlationId}</span></p>
      </header>
      <ol>
        ${rows.map((each, at) => html`<${Step} key=${at} row=${each} showRow=${showRow} />`)}
      </ol>
      ${row && html`<${RowDialog} row=${row} close=${() => showRow(undefined)} />`}
    </section>
  `
}

function Step({ row, showRow }: { row: LifeRow; showRow: (row: RowRef) => void }) {
  const { step, offset, pause } = row
  const facts = Object.entries(step.facts)
  return html`
    ${pause !== undefined && html`<li class="pause"><${PassingLanes} passing=${row.above} /><span>${pause}</span></li>`}
    <li class=${`step ${step.tone ? `is-${step.tone}` : ''}`}>
      <span class="offset">${offset}</span>
      <${LaneGraph} row=${row} />
      <div class="content">
        <details>
          <summary>
            <span class="what">${wordsOf(step)}</span>
            <span class="who"><span class="unseen">${laneTitles[step.lane]}: </span>${step.who}</span>
          </summary>
          <dl>
            ${facts.map(
              ([name, value]) => html`
                <dt key=${name}>${name}</dt>
                <dd class="mono">${value}</dd>
              `,
            )}
          </dl>
        </details>
        <span class="rows">
          ${step.saga && html`<a href=${placeFragment(sagaPlace(step.saga))}>Follow the saga</a>`}
          ${step.rows.map(
            (each) => html`
              <button
                key=${each.name}
                type="button"
                aria-label=${`Show the row: ${each.name}`}
                onClick=${() => showRow(each)}
              >
                ${each.name}
              </button>
            `,
          )}
        </span>
      </div>
    </li>
  `
}
