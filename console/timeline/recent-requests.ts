import { html } from 'htm/preact'
import { live } from '../live/connection.ts'
import { placeFragment } from '../shell/place.ts'
import { timelinePlace } from './timeline-query.ts'

const shownMax = 20

/** Requests to follow, the newest first. */
export function RecentRequests() {
  const requests = live.value.events.filter(({ kind, correlationId }) => kind === 'request' && correlationId)
  return html`
    <section class="panel activity" aria-labelledby="recent">
      <header><h2 id="recent">Requests of the last minutes</h2></header>
      ${requests.length === 0 && html`<p class="empty">None since this page is open. Open a ticket, and it appears here.</p>`}
      <ol>
        ${requests.slice(0, shownMax).map(
          ({ seq, at, what, outcome, tone, correlationId = '' }) => html`
            <li key=${seq} class=${tone ? `is-${tone}` : ''}>
              <time datetime=${at}>${new Date(at).toLocaleTimeString('en-GB')}</time>
              <span class="what"><a href=${placeFragment(timelinePlace('correlation', correlationId))}>${what}</a></span>
              <span class="outcome">${outcome}</span>
            </li>
          `,
        )}
      </ol>
    </section>
  `
}
