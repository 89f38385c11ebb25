import { html } from 'htm/preact'
import { live } from '../live/connection.ts'

/** Messages that a consumer could not take however often they came, of all tenants. */
export function DeadLetters() {
  const { depths } = live.value
  const dead = depths?.queues.filter((queue) => queue.dead > 0) ?? []
  return html`
    <section class="panel" aria-labelledby="dead">
      <header>
        <h2 id="dead" tabindex="-1">Dead letters</h2>
        <p class="note">Of all tenants.</p>
      </header>
      ${depths && dead.length === 0 && html`<p class="empty">None.</p>`}
      <ul class="plain-list">
        ${dead.map((queue) => html`<li key=${queue.queue}><b>${queue.queue}</b> ${queue.dead}</li>`)}
      </ul>
    </section>
  `
}
