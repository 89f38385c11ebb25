import { html } from 'htm/preact'
import type { Place } from '../shell/place.ts'
import { LiveRows } from './live-rows.ts'
import { TimeTravel } from './time-travel.ts'

/** What is stored as it is now, and one ticket as it was. */
export function TablesPage({ place }: { place: Place }) {
  const [what, id = ''] = place.details
  const ticket = what === 'ticket' ? id : ''
  return html`
    <div class="tables">
      <${TimeTravel} key=${ticket} ticket=${ticket} />
      <${LiveRows} />
    </div>
  `
}
