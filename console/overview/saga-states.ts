import { html } from 'htm/preact'
import { live } from '../live/connection.ts'

const states = ['pending', 'running', 'parked', 'completed', 'compensated'] as const

/** Stored sagas by state, as the last check read them. */
export function SagaStates() {
  const { promises } = live.value
  return html`
    <dl class="states" aria-label="Sagas by state">
      ${states.map(
        (state) => html`
          <div key=${state} class=${promises?.sagas[state] ? `is-${state}` : ''}>
            <dt>${state === 'parked' ? html`<a href="#operate">${state}</a>` : state}</dt>
            <dd>${promises ? (promises.sagas[state] ?? 0).toLocaleString('en') : '–'}</dd>
          </div>
        `,
      )}
    </dl>
  `
}
