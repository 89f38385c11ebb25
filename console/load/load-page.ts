import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { type LoadChoice, loadMax } from '../wire-load.ts'
import { LoadRace } from './load-race.ts'
import { LoadVerdictPanel } from './load-verdict.ts'
import { useLoad } from './use-load.ts'

/** A load run under one's eyes, with what the checks say at its end. */
export function LoadPage() {
  const [choice, setChoice] = useState<LoadChoice>({ unique: 100, copies: 3 })
  const load = useLoad()
  const { state, problem, isUnderWay } = load
  const set = (name: keyof LoadChoice) => (event: Event) =>
    setChoice({ ...choice, [name]: Number((event.target as HTMLInputElement).value) })
  const submit = (event: Event) => {
    event.preventDefault()
    load.start(choice)
  }
  const stop = (event: Event) => {
    // By the time that the browser acts on the click, this button is the one that starts.
    event.preventDefault()
    load.stop()
  }
  return html`
    <div class="load">
      <section class="panel" aria-labelledby="run">
        <header>
          <h2 id="run">Send each request several times at once</h2>
          <p class="note">Failures that are switched on at “Break it” strike it, too.</p>
        </header>
        <form class="search" onSubmit=${submit}>
          <label>
            <span>Different requests</span>
            <input type="number" min="1" max=${loadMax.unique} required value=${choice.unique} onInput=${set('unique')} />
          </label>
          <label>
            <span>Copies of each</span>
            <input type="number" min="1" max=${loadMax.copies} required value=${choice.copies} onInput=${set('copies')} />
          </label>
          ${
            isUnderWay
              ? html`<button type="button" onClick=${stop}>Stop</button>`
              : html`<button type="submit" class="is-main">Start</button>`
          }
        </form>
        ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
      </section>
      ${state.progress && html`<${LoadRace} progress=${state.progress} isJudging=${state.isJudging && isUnderWay} />`}
      ${state.verdict && html`<${LoadVerdictPanel} verdict=${state.verdict} />`}
    </div>
  `
}
