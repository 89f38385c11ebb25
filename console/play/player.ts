import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ColumnName, PlayableScenario } from '../wire-play.ts'
import { drawnArrows, isPlayOver, nextStep, type PlayState, playWords, stepViews } from './play-state.ts'
import { download, sharedPage } from './share-page.ts'
import { StepCard } from './step-card.ts'
import { type Play, usePlay } from './use-play.ts'
import { VerdictCard } from './verdict-card.ts'

/** One scenario under the presenter's hand. */
export function Player({ scenario }: { scenario: PlayableScenario }) {
  const { name, title, shows, guard, mutants } = scenario
  const [mutant, setMutant] = useState(mutants[0]?.name ?? '')
  const play = usePlay()
  const { state } = play
  const shown = useRef<HTMLElement>(null)
  const columns = Object.keys(state?.columns ?? {}) as ColumnName[]
  const steps = state ? stepViews(state) : []
  useArrowKey(play.next)
  useNewestInView(shown, steps.length + drawnArrows(steps) + (state && isPlayOver(state) ? 1 : 0))

  const save = async () => {
    if (!shown.current) return
    const note = `Played on a Steadfast stack, ${new Date().toISOString()}.`
    download(`steadfast-${name}.html`, await sharedPage(shown.current, `${title} · Steadfast`, note))
  }

  return html`
    <p class="back"><a href="#scenarios">All scenarios</a></p>
    <section class="scenario" aria-labelledby="scenario" ref=${shown}>
      <header>
        <h2 id="scenario">${title}</h2>
        <p>${shows}</p>
        <p class="note">What keeps the promise: ${guard}.</p>
      </header>
      ${
        !play.isUnderWay &&
        html`
          <form
            class="search panel"
            onSubmit=${(event: Event) => {
              event.preventDefault()
              play.start({ scenario: name, ...(mutant !== '' && { mutant }) })
            }}
          >
            <label class="grows">
              <span>Beside it, on a second stack</span>
              <select value=${mutant} onChange=${(event: Event) => setMutant((event.target as HTMLSelectElement).value)}>
                ${mutants.map((each) => html`<option key=${each.name} value=${each.name}>Without the guard: ${each.says}</option>`)}
                <option value="">Nothing</option>
              </select>
            </label>
            <button type="submit" class="is-main">${state ? 'Play again' : 'Play'}</button>
          </form>
        `
      }
      ${state && html`<${Controls} play=${play} state=${state} save=${save} />`}
      ${mutant !== '' && columns.length > 1 && html`<p class="note">Without the guard: ${mutants.find((each) => each.name === mutant)?.says}</p>`}
      <ol class="steps">
        ${steps.map((view) => html`<${StepCard} key=${view.number} view=${view} columns=${columns} />`)}
      </ol>
      ${state && isPlayOver(state) && html`<${VerdictCard} columns=${columns} states=${state.columns} />`}
    </section>
  `
}

function Controls({ play, state, save }: { play: Play; state: PlayState; save: () => void }) {
  const { isUnderWay, problem } = play
  const isOver = isPlayOver(state)
  const main = useRef<HTMLButtonElement>(null)
  // The button before is gone, and with it where the keyboard was.
  useEffect(() => main.current?.focus({ preventScroll: true }), [isOver, isUnderWay])
  return html`
    <div class="controls unshared">
      ${
        isUnderWay &&
        !isOver &&
        html`
          <button
            type="button"
            class="is-main"
            ref=${main}
            aria-keyshortcuts="ArrowRight"
            aria-disabled=${nextStep(state) === undefined}
            onClick=${play.next}
          >
            Next
          </button>
          <button type="button" onClick=${play.toTheEnd}>To the end</button>
          <button type="button" onClick=${play.stop}>Stop</button>
        `
      }
      ${isOver && html`<button type="button" ref=${main} onClick=${save}>Save a page to share</button>`}
      <p role="status">${isUnderWay || isOver ? playWords(state) : ''}</p>
      ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
    </div>
  `
}

/** The right arrow goes on, as a presenter's remote control does; not where it moves something else. */
function useArrowKey(next: () => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTaken = event.target instanceof Element && event.target.matches('input, select, textarea')
      if (event.key === 'ArrowRight' && !isTaken && !event.repeat) next()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })
}

/** Brings what is new into view. */
function useNewestInView(shown: { current: HTMLElement | null }, count: number) {
  useEffect(() => {
    if (count > 0) [...(shown.current?.querySelectorAll('.played') ?? [])].at(-1)?.scrollIntoView({ block: 'nearest' })
  }, [count])
}
