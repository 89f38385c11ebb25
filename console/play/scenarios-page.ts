import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import { type Place, placeFragment } from '../shell/place.ts'
import type { PlayableScenario } from '../wire-play.ts'
import { Player } from './player.ts'

/** Every scenario, or the one that is played. */
export function ScenariosPage({ place }: { place: Place }) {
  const [scenarios, setScenarios] = useState<Fetched<PlayableScenario[]>>({ status: 'loading' })
  useEffect(() => void fetchJson<PlayableScenario[]>('scenarios').then(setScenarios), [])
  if (scenarios.status === 'loading') return html`<p class="empty" role="status">Reading</p>`
  if (scenarios.status === 'failed') return html`<p class="empty" role="status">Not there: ${scenarios.why}.</p>`
  const [name] = place.details
  const chosen = scenarios.value.find((each) => each.name === name)
  return chosen
    ? html`<${Player} key=${chosen.name} scenario=${chosen} />`
    : html`<${ScenarioList} scenarios=${scenarios.value} />`
}

function ScenarioList({ scenarios }: { scenarios: readonly PlayableScenario[] }) {
  return html`
    <p class="note">
      Each attacks one promise, on a stack of its own. Play it step by step, with its guard and beside it without.
    </p>
    <ol class="scenarios">
      ${scenarios.map(
        ({ name, title, shows }) => html`
          <li key=${name} class="panel">
            <h2><a href=${placeFragment({ page: 'scenarios', details: [name] })}>${title}</a></h2>
            <p>${shows}</p>
          </li>
        `,
      )}
    </ol>
  `
}
