import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { goTo } from '../shell/location.ts'
import { type Place, placeFragment } from '../shell/place.ts'
import type { ListPage, Saga, SagaSummary } from '../wire-saga.ts'
import { PolledContent } from './polled-content.ts'
import { SagaPanel } from './saga-panel.ts'
import { attemptWords, commandOf, toneOf } from './saga-view.ts'
import { SendButton } from './send-button.ts'
import { usePolled } from './use-polled.ts'

const states = ['parked', 'running', 'pending'] as const
const shownMax = 100

const sagaPlace = (id: string): Place => ({ page: 'sagas', details: ['saga', id] })

/** Sagas that have not ended, those of a ticket (`#sagas/ticket/ID`), or one of them (`#sagas/saga/ID`). */
export function SagasPage({ place: { details } }: { place: Place }) {
  const [of, id = ''] = details
  return html`
    <div class="sagas">
      <${Find} key=${details.join('/')} />
      ${of === 'saga' && html`<${SagaPanel} key=${id} id=${id} />`}
      ${of === 'ticket' && html`<${OfTicket} key=${id} id=${id} />`}
      ${of !== 'saga' && of !== 'ticket' && html`<${Live} />`}
    </div>
  `
}

/** Leads to a saga, or to those of a ticket. */
function Find() {
  const [of, setOf] = useState('ticket')
  const [id, setId] = useState('')
  const submit = (event: Event) => {
    event.preventDefault()
    if (id.trim() !== '') goTo({ page: 'sagas', details: [of, id.trim()] })
  }
  return html`
    <form class="search panel" role="search" onSubmit=${submit}>
      <label>
        <span>Find by</span>
        <select value=${of} onChange=${(event: Event) => setOf((event.target as HTMLSelectElement).value)}>
          <option value="ticket">Ticket</option>
          <option value="saga">Saga</option>
        </select>
      </label>
      <label class="grows">
        <span>Id</span>
        <input
          class="mono"
          value=${id}
          maxlength="100"
          autocomplete="off"
          spellcheck=${false}
          onInput=${(event: Event) => setId((event.target as HTMLInputElement).value)}
        />
      </label>
      <button type="submit" class="is-main">Find</button>
    </form>
  `
}

function Live() {
  const [state, setState] = useState('')
  const filter = state === '' ? '' : `&state=${state}`
  const polled = usePolled<ListPage<SagaSummary>>(`sagas?limit=${shownMax}${filter}`)
  return html`
    <section class="panel" aria-labelledby="live">
      <header>
        <h2 id="live">Sagas that have not ended</h2>
        <label class="inline">
          <span>State</span>
          <select value=${state} onChange=${(event: Event) => setState((event.target as HTMLSelectElement).value)}>
            <option value="">any</option>
            ${states.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}
          </select>
        </label>
      </header>
      <${PolledContent}
        polled=${polled}
        show=${({ items, nextCursor }: ListPage<SagaSummary>) => html`
          ${items.length === 0 && html`<p class="empty">None${state && ` is ${state}`}.</p>`}
          <ul class="saga-list">
            ${items.map((saga) => html`<${Item} key=${saga.id} saga=${saga} last=${lastOf(saga)} onAnswer=${polled.refresh} />`)}
          </ul>
          ${nextCursor && html`<p class="note">The newest ${items.length} are shown. Filter by state for others.</p>`}
        `}
      />
    </section>
  `
}

const lastOf = ({ reason, lastAttempt }: SagaSummary) => reason ?? (lastAttempt ? attemptWords(lastAttempt) : '')

function OfTicket({ id }: { id: string }) {
  const polled = usePolled<ListPage<Saga>>(`tickets/${encodeURIComponent(id)}/sagas?limit=${shownMax}`)
  return html`
    <section class="panel" aria-labelledby="of-ticket">
      <header>
        <h2 id="of-ticket">Sagas of ticket <span class="id">${id}</span></h2>
        <a href="#sagas">All that have not ended</a>
      </header>
      <${PolledContent}
        polled=${polled}
        show=${({ items }: ListPage<Saga>) => html`
          ${items.length === 0 && html`<p class="empty">None.</p>`}
          <ul class="saga-list">
            ${items.map(
              (saga) =>
                html`<${Item} key=${saga.id} saga=${saga} last=${saga.reason ?? ''} onAnswer=${polled.refresh} />`,
            )}
          </ul>
        `}
      />
    </section>
  `
}

/** One line of a list: what it is, how it stands, and what one can do. */
function Item({ saga, last, onAnswer }: { saga: SagaSummary | Saga; last: string; onAnswer: () => Promise<void> }) {
  const { id, name, state, recipient, startedAt } = saga
  const command = commandOf(saga)
  return html`
    <li>
      <a href=${placeFragment(sagaPlace(id))}>${name}${recipient && ` for ${recipient}`}</a>
      <span class=${`state is-${toneOf[state]}`}>${state}</span>
      <span class="last">${last}</span>
      <time datetime=${startedAt}>${new Date(startedAt).toLocaleString('en-GB')}</time>
      <span class="action">${command && html`<${SendButton} command=${command} about=${`${name} ${id}`} onAnswer=${onAnswer} />`}</span>
    </li>
  `
}
