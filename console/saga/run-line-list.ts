import { html } from 'htm/preact'
import type { RunRow } from './run-line.ts'

/** The timeline of a run: what happened, with its errors and backoffs. */
export function RunLineList({ rows }: { rows: readonly RunRow[] }) {
  return html`
    <section class="panel run-line" aria-labelledby="line">
      <header>
        <h2 id="line" tabindex="-1">Attempts</h2>
        <p class="note">Bars are attempts from the beginning until now; a thin line is the backoff before one.</p>
      </header>
      <ol>
        ${rows.map((row, at) => html`<${Row} key=${at} row=${row} />`)}
      </ol>
    </section>
  `
}

function Row({ row: { at, offset, what, detail, tone, pause, bar } }: { row: RunRow }) {
  return html`
    ${pause !== undefined && html`<li class="pause">${pause}</li>`}
    <li class=${`tone-${tone}`}>
      <time class="offset" datetime=${at} title=${at}>${offset}</time>
      <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <path class="track" d="M0 5H100" />
        ${bar.backoffFrom !== undefined && html`<path class="backoff" d=${`M${bar.backoffFrom} 5H${bar.from}`} />`}
        <rect x=${Math.min(bar.from, 100 - barMin)} y="1" width=${Math.max(barMin, bar.to - bar.from)} height="8" />
      </svg>
      <span class="what">${what}</span>
      <span class="detail">${detail}</span>
    </li>
  `
}

/** The least width of a bar, of 100, so that an attempt of a millisecond is seen. */
const barMin = 1
