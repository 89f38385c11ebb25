import { html } from 'htm/preact'
import { duration } from '../overview/plot-data.ts'
import type { LoadVerdict } from '../wire-load.ts'

/** What everything that is stored, and every answer, says of a run. */
export function LoadVerdictPanel({ verdict }: { verdict: LoadVerdict }) {
  const { isOk, checks, broken, throughputPerSecond, latencyMs } = verdict
  return html`
    <section class="panel" aria-labelledby="judged">
      <header><h2 id="judged">The verdict</h2></header>
      <p class=${`headline ${isOk ? 'is-held' : 'is-broken'}`} role="status">
        ${isOk ? 'Each request took effect once, and reads agree' : 'Broken'}
      </p>
      <ul class="found">
        ${checks.map(
          ({ says, holds }) =>
            html`<li key=${says} class=${holds ? 'is-held' : 'is-broken'}><b>${holds ? 'holds' : 'broken'}</b> ${says}</li>`,
        )}
        ${broken.map(
          ({ number, promise, violations }) => html`
            <li key=${number} class="is-broken">
              <b>broken</b> Promise ${number}: ${promise}
              <ul>${violations.map((violation) => html`<li key=${violation}>${violation}</li>`)}</ul>
            </li>
          `,
        )}
      </ul>
      <p class="note">
        ${throughputPerSecond} requests per second; ${Object.entries(latencyMs)
          .map(([name, ms]) => `${name} ${duration(ms)}`)
          .join(', ')}.
      </p>
    </section>
  `
}
