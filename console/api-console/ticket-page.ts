import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { useFetched } from '../live/use-fetched.ts'
import { sagaPlace } from '../saga/saga-place.ts'
import { goTo } from '../shell/location.ts'
import { type Place, placeFragment } from '../shell/place.ts'
import { TextField } from '../shell/text-field.ts'
import type { ListPage, Saga } from '../wire-saga.ts'
import { pulse } from './pulse.ts'
import { session } from './session.ts'

/** The sagas that a ticket's events started, ended ones too: `#ticket/ID`. */
export function TicketPage({ place: { details } }: { place: Place }) {
  const [id = ''] = details
  return html`
    <div class="saga">
      <${Find} key=${id} ticketId=${id} />
      ${id !== '' && html`<${SagasOf} key=${`sagas ${id}`} ticketId=${id} />`}
    </div>
  `
}

function Find({ ticketId }: { ticketId: string }) {
  const [id, setId] = useState(ticketId)
  const submit = (event: Event) => {
    event.preventDefault()
    if (id.trim() !== '') goTo({ page: 'ticket', details: [id.trim()] })
  }
  return html`
    <form class="search panel" role="search" onSubmit=${submit}>
      <${TextField} label="Ticket" value=${id} maxlength=${100} onText=${setId} grows />
      <button type="submit" class="is-main">Show</button>
    </form>
  `
}

function SagasOf({ ticketId }: { ticketId: string }) {
  const tenant = session.who.value?.tenant ?? ''
  const found = useFetched({
    asked: ticketId,
    pulse: pulse.value,
    read: () => session.ask<ListPage<Saga>>(`/tickets/${encodeURIComponent(ticketId)}/sagas?limit=100`),
  })
  const { items = [], nextCursor } = found.status === 'there' ? found.value : {}
  return html`
    <section class="panel" aria-labelledby="of-ticket">
      <header><h2 id="of-ticket" tabindex="-1">Its sagas</h2></header>
      ${found.status === 'loading' && html`<p class="empty" role="status">Reading</p>`}
      ${found.status === 'failed' && html`<p class="problem" role="alert">${found.why}</p>`}
      ${found.status === 'there' && items.length === 0 && html`<p class="empty">None.</p>`}
      <ul class="plain-list">
        ${items.map(
          ({ id, name, state, recipient, reason }) => html`
            <li key=${id}>
              <a href=${placeFragment(sagaPlace({ tenant, id }))}>${name}</a>
              ${recipient !== undefined && html` for ${recipient}`}:
              <span class=${`state-word is-${state}`}>${state}</span>
              ${reason !== undefined && html`<span class="note">${reason}</span>`}
            </li>
          `,
        )}
      </ul>
      ${nextCursor !== undefined && html`<p class="note">The first ${items.length} are shown.</p>`}
    </section>
  `
}
