import { html } from 'htm/preact'
import { placeFragment } from '../shell/place.ts'
import type { Attempt, Saga } from '../wire-saga.ts'
import { PolledContent } from './polled-content.ts'
import { attemptWords, commandOf, toneOf } from './saga-view.ts'
import { SendButton } from './send-button.ts'
import { usePolled } from './use-polled.ts'

/** One saga: how it stands, what one can do, and every attempt so far. */
export function SagaPanel({ id }: { id: string }) {
  const polled = usePolled<Saga>(`sagas/${encodeURIComponent(id)}`)
  return html`
    <section class="panel" aria-labelledby="saga">
      <header>
        <h2 id="saga">Saga <span class="id">${id}</span></h2>
        <a href="#sagas">All that have not ended</a>
      </header>
      <${PolledContent} polled=${polled} show=${(saga: Saga) => html`<${ShownSaga} saga=${saga} onAnswer=${polled.refresh} />`} />
    </section>
  `
}

function ShownSaga({ saga, onAnswer }: { saga: Saga; onAnswer: () => Promise<void> }) {
  const { name, state, reason, recipient, ticketId, startedAt, endedAt, correlationId, steps } = saga
  const command = commandOf(saga)
  const time = (at: string) => html`<time datetime=${at}>${new Date(at).toLocaleString('en-GB')}</time>`
  return html`
    <p>
      <span class=${`state is-${toneOf[state]}`}>${state}</span>
      ${reason !== undefined && html` <span>${reason}</span>`}
    </p>
    <p class="action">${command && html`<${SendButton} command=${command} about=${name} onAnswer=${onAnswer} />`}</p>
    <dl class="facts">
      <dt>Saga</dt><dd>${name}</dd>
      ${recipient !== undefined && html`<dt>For</dt><dd>${recipient}</dd>`}
      ${
        ticketId !== undefined &&
        html`<dt>Ticket</dt><dd><a class="mono" href=${placeFragment({ page: 'sagas', details: ['ticket', ticketId] })}>${ticketId}</a></dd>`
      }
      <dt>Started</dt><dd>${time(startedAt)}</dd>
      ${endedAt !== undefined && html`<dt>Ended</dt><dd>${time(endedAt)}</dd>`}
      <dt>Correlation id</dt><dd class="mono">${correlationId}</dd>
    </dl>
    <h3>Attempts</h3>
    ${steps.length === 0 && html`<p class="empty">None yet.</p>`}
    <ol class="attempts">
      ${steps.map((each, at) => html`<${ShownAttempt} key=${at} attempt=${each} />`)}
    </ol>
  `
}

function ShownAttempt({ attempt }: { attempt: Attempt }) {
  const { attempt: count, outcome, startedAt, error } = attempt
  return html`
    <li class=${outcome === 'failed' || outcome === 'refused' ? 'is-problem' : ''}>
      <time datetime=${startedAt}>${new Date(startedAt).toLocaleTimeString('en-GB')}</time>
      <span>${attemptWords(attempt)}${count > 1 && `, attempt ${count}`}</span>
      ${error?.message !== undefined && html`<span class="note">${error.message}</span>`}
    </li>
  `
}
