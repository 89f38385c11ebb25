import { html } from 'htm/preact'
import { live } from '../live/connection.ts'
import { placeFragment } from '../shell/place.ts'
import { timelinePlace } from '../timeline/timeline-query.ts'
import type { WireEvent } from '../wire.ts'
import { duration } from './plot-data.ts'

const shownMax = 14

/** What happened last, a line each. */
export function Activity() {
  const { events, skipped } = live.value
  return html`
    <section class="panel activity" aria-labelledby="activity">
      <header>
        <h2 id="activity">What happens</h2>
        ${skipped > 0 && html`<p class="note">${skipped} more are in the counts only</p>`}
      </header>
      ${events.length === 0 && html`<p class="empty">Nothing yet. Send a request, or paste the curl line that npm start printed.</p>`}
      <ol>
        ${events.slice(0, shownMax).map((event) => html`<${Line} key=${event.seq} event=${event} />`)}
      </ol>
    </section>
  `
}

function Line({ event: { at, kind, what, outcome, tone, ms, correlationId } }: { event: WireEvent }) {
  return html`
    <li class=${tone ? `is-${tone}` : ''}>
      <time datetime=${at}>${timeOfDay(at)}</time>
      <span class="kind">${kind}</span>
      <span class="what">${what}</span>
      <span class="outcome">${outcome}</span>
      <span class="ms">${ms === undefined ? '' : duration(ms)}</span>
      <span class="id">
        ${
          correlationId !== undefined &&
          html`<a href=${placeFragment(timelinePlace('correlation', correlationId))}>${correlationId.slice(0, 8)}</a>`
        }
      </span>
    </li>
  `
}

const timeOfDay = (at: string) => new Date(at).toLocaleTimeString('en-GB')
