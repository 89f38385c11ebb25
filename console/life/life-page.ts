import { html } from 'htm/preact'
import type { Place } from '../shell/place.ts'
import { LifeLine } from './life-line.ts'
import { type LifeBy, lifeQueryOf } from './life-query.ts'
import { LifeSearch } from './life-search.ts'
import { lanes, laneTitles } from './life-view.ts'
import { RecentRequests } from './recent-requests.ts'
import { useLife } from './use-life.ts'

/** What one request, or everything that happened to a ticket, led to. */
export function LifePage({ place }: { place: Place }) {
  const query = lifeQueryOf(place)
  return html`
    <div class="life">
      <${LifeSearch} key=${place.details.join('/')} query=${query} />
      ${query ? html`<${FoundLife} ...${query} />` : html`<${RecentRequests} />`}
    </div>
  `
}

function FoundLife({ by, id }: { by: LifeBy; id: string }) {
  const life = useLife({ by, id })
  if (life.status === 'loading') return html`<p class="empty" role="status">Reading</p>`
  if (life.status === 'failed') return html`<p class="empty" role="status">Not found: ${life.why}.</p>`
  const { requests, leftOut } = life.value
  return html`
    ${leftOut > 0 && html`<p class="note">${leftOut} earlier requests are left out.</p>`}
    <p class="note">Lines, from the left: ${lanes.map((lane) => laneTitles[lane].toLowerCase()).join(', ')}.</p>
    ${requests.map((request) => html`<${LifeLine} key=${request.correlationId} request=${request} />`)}
  `
}
