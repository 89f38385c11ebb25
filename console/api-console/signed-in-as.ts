import { html } from 'htm/preact'
import { now } from '../live/now.ts'
import { goTo } from '../shell/location.ts'
import { session } from './session.ts'

const minuteMs = 60_000
/** Long enough to get a new token before the old one ends. */
const warnedMinutes = 5

/** Whom one acts as, until when, and the way out. */
export function SignedInAs() {
  const who = session.who.value
  if (!who) return html``
  const minutesLeft = Math.ceil((who.expiresAtMs - now.value) / minuteMs)
  return html`
    <p class="connection is-live">
      <span>${who.user} of <b>${who.tenant}</b></span>
      <span role="status">${minutesLeft <= warnedMinutes && expiry(minutesLeft)}</span>
    </p>
    <button type="button" onClick=${leave}>Sign out</button>
  `
}

/** The address forgets, too, what one looked at. */
function leave() {
  goTo({ page: 'operate', details: [] })
  session.signOut()
}

function expiry(minutesLeft: number): string {
  if (minutesLeft <= 0) return 'The token has expired.'
  return `The token expires in ${minutesLeft} min.`
}
