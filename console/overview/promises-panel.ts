import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { live } from '../live/connection.ts'
import { fetchJson } from '../live/fetched.ts'
import { now } from '../live/now.ts'
import type { Promises } from '../wire.ts'
import { PromiseLights } from './promise-lights.ts'
import { promiseView } from './promise-view.ts'

/** A light per promise, and in words what is wrong. */
export function PromisesPanel() {
  const { promises } = live.value
  const [shown, show] = useState<number>()
  const { headline, light, note, troubles } = promiseView(promises, now.value)
  const chosen = promises?.invariants.find(({ number }) => number === shown)
  const described = chosen ? [chosen] : troubles
  return html`
    <section class="panel promises" aria-labelledby="promises">
      <header>
        <h2 id="promises">Promises</h2>
        <button type="button" onClick=${() => fetchJson('check', { method: 'POST' })}>Check now</button>
      </header>
      <p class=${`verdict is-${light}`} role="status">${headline}</p>
      <p class="note">${note}</p>
      <${PromiseLights} invariants=${promises?.invariants ?? []} shown=${shown} show=${show} />
      ${described.slice(0, describedMax).map((each) => html`<${PromiseDetails} key=${each.number} invariant=${each} />`)}
    </section>
  `
}

const describedMax = 3
const violationsMax = 3

function PromiseDetails({
  invariant: { number, promise, light, violations },
}: {
  invariant: Promises['invariants'][number]
}) {
  return html`
    <div class=${`promise-details is-${light}`}>
      <p><b>${number}</b> ${promise}</p>
      <ul>
        ${violations
          .slice(0, violationsMax)
          .map(
            ({ subject, problem }) => html`<li key=${`${subject} ${problem}`}><code>${subject}</code> ${problem}</li>`,
          )}
      </ul>
    </div>
  `
}
