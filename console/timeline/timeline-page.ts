import { html } from 'htm/preact'
import type { Place } from '../shell/place.ts'
import { RecentRequests } from './recent-requests.ts'
import { RequestTimelineView } from './request-timeline.ts'
import { type TimelineBy, timelineQueryOf } from './timeline-query.ts'
import { TimelineSearch } from './timeline-search.ts'
import { lanes, laneTitles } from './timeline-view.ts'
import { useTimelines } from './use-timelines.ts'

/** What one request, or everything that happened to a ticket, led to. */
export function TimelinePage({ place }: { place: Place }) {
  const query = timelineQueryOf(place)
  return html`
    <div class="timeline">
      <${TimelineSearch} key=${place.details.join('/')} query=${query} />
      ${query ? html`<${FoundTimelines} ...${query} />` : html`<${RecentRequests} />`}
    </div>
  `
}

function FoundTimelines({ by, id }: { by: TimelineBy; id: string }) {
  const found = useTimelines({ by, id })
  if (found.status === 'loading') return html`<p class="empty" role="status">Reading</p>`
  if (found.status === 'failed')
    return html`<p class="empty" role="status">Not found: ${found.why.replace(/\.$/, '')}.</p>`
  const { requests, leftOut } = found.value
  return html`
    ${leftOut > 0 && html`<p class="note">${leftOut} earlier requests are left out.</p>`}
    <p class="note">Lines, from the left: ${lanes.map((lane) => laneTitles[lane].toLowerCase()).join(', ')}.</p>
    ${requests.map((request) => html`<${RequestTimelineView} key=${request.correlationId} request=${request} />`)}
  `
}
