import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { sagaPlace } from '../saga/saga-place.ts'
import { placeFragment } from '../shell/place.ts'
import type { RequestTimeline, RowRef } from '../wire-timeline.ts'
import { LaneGraph, PassingLanes } from './lane-graph.ts'
import { RowDialog } from './row-dialog.ts'
import { laneTitles, type TimelineRow, timelineView, wordsOf } from './timeline-view.ts'

/** One request's timeline, from the first thing that it did to the last. */
export function RequestTimelineView({ request }: { request: RequestTimeline }) {
  const { title, note, rows } = timelineView(request)
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

function Step({ row, showRow }: { row: TimelineRow; showRow: (row: RowRef) => void }) {
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
