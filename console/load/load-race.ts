import { html } from 'htm/preact'
import { duration } from '../overview/plot-data.ts'
import type { LoadProgress } from '../wire-load.ts'
import { progressWords, type RaceView, raceViews } from './load-view.ts'

/** How far a run is, and how the copies of its newest requests raced for the answer. */
export function LoadRace({ progress, isJudging }: { progress: LoadProgress; isJudging: boolean }) {
  const { requestsDone, requestsPlanned, latencyMs } = progress
  return html`
    <section class="panel" aria-labelledby="race">
      <header>
        <h2 id="race">Copies race, one commits</h2>
        <p role="status">${isJudging ? 'All are sent. Waiting for every event and saga, and checking what is stored …' : ''}</p>
      </header>
      <progress max=${requestsPlanned} value=${requestsDone} aria-label="Requests that are done"></progress>
      <p>${progressWords(progress)}</p>
      <p class="note">
        Time to answer: ${Object.entries(latencyMs)
          .map(([name, ms]) => `${name} ${duration(ms)}`)
          .join(', ')}
      </p>
      <ol class="races">
        ${raceViews(progress.races).map((race) => html`<${Race} key=${race.key} race=${race} />`)}
      </ol>
    </section>
  `
}

function Race({ race }: { race: RaceView }) {
  return html`
    <li>
      <span class="mono">${race.key}</span>
      <ul>
        ${race.bars.map(
          ({ outcome, length, words }, at) => html`
            <li key=${at} class=${`is-${outcome}`}>
              <svg width="100%" height="10" aria-hidden="true"><rect width=${`${length}%`} height="10" rx="2" /></svg>
              <span>${words}</span>
            </li>
          `,
        )}
      </ul>
    </li>
  `
}
