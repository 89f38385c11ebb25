import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import { placeFragment } from '../shell/place.ts'
import { timelinePlace } from '../timeline/timeline-query.ts'
import type { DoubleClick } from '../wire.ts'
import { doubleClickWords } from './double-click-view.ts'

const copies = 5

/** Sends one request several times at once, for people who have no other client at hand. */
export function DoubleClickButton() {
  const [sent, setSent] = useState<Fetched<DoubleClick>>()
  const send = async () => {
    setSent({ status: 'loading' })
    setSent(await fetchJson<DoubleClick>(`double-click?copies=${copies}`, { method: 'POST' }))
  }
  return html`
    <div class="try">
      <button type="button" class="is-main" disabled=${sent?.status === 'loading'} onClick=${send}>
        Send one request ${copies} times
      </button>
      <p role="status">
        ${sent?.status === 'loading' && 'Sending'}
        ${sent?.status === 'failed' && sent.why}
        ${sent?.status === 'there' && html`${doubleClickWords(sent.value)} <a href=${placeFragment(timelinePlace('key', sent.value.key))}>Follow it</a>`}
      </p>
    </div>
  `
}
