import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { now } from '../live/now.ts'
import { useFetched } from '../live/use-fetched.ts'
import { commandFor } from '../operator-api/command.ts'
import { CommandButton } from '../operator-api/command-button.ts'
import { CommandLog } from '../operator-api/command-log.ts'
import { useOperator } from '../operator-api/operator.ts'
import { type Place, placeFragment } from '../shell/place.ts'
import type { Saga, SagaRun } from '../wire-saga.ts'
import { runLine } from './run-line.ts'
import { RunLineList } from './run-line-list.ts'
import { SagaPicture } from './saga-picture.ts'
import { type SagaRef, sagaOf } from './saga-place.ts'
import { SagaSearch } from './saga-search.ts'
import { StepTable } from './step-table.ts'

/** One saga: what it was to do, and how far it came. */
export function SagaPage({ place }: { place: Place }) {
  const { tenant: only, stack } = useOperator()
  const named = sagaOf(place)
  const ref = named && { ...named, tenant: only ?? named.tenant }
  return html`
    <div class="saga">
      <${SagaSearch} key=${place.details.join('/')} saga=${ref} />
      ${ref ? html`<${FoundSaga} ...${ref} />` : html`<p class="empty">Follow a saga from ${stack && 'a request’s life or from '}Operate, or give its id.</p>`}
    </div>
  `
}

function FoundSaga({ tenant, id }: SagaRef) {
  const { source, sagaPulse } = useOperator()
  const [commands, setCommands] = useState(0)
  const found = useFetched({
    asked: `${tenant} ${id}`,
    turn: commands,
    pulse: sagaPulse.value,
    rests: ({ saga }) => saga.endedAt !== undefined,
    read: () => source.saga({ tenant, id }),
  })
  if (found.status === 'loading') return html`<p class="empty" role="status">Reading</p>`
  if (found.status === 'failed')
    return html`<p class="empty" role="status">Not shown: ${found.why.replace(/\.$/, '')}.</p>`
  return html`<${ShownSaga} tenant=${tenant} run=${found.value} onAnswer=${() => setCommands(commands + 1)} />`
}

function ShownSaga({ tenant, run, onAnswer }: { tenant: string; run: SagaRun; onAnswer: () => void }) {
  const { ticketPlace, stack } = useOperator()
  const { saga, definition } = run
  const { name, state, reason, generation, recipient, ticketId, correlationId } = saga
  const { rows, waitsFor, waitsUntil } = runLine(run, now.value)
  const command = commandFor(saga, run.stored?.task ? undefined : saga.steps.at(-1)?.outcome)
  return html`
    <section class="panel" aria-labelledby="run">
      <header>
        <h2 id="run" tabindex="-1">${name}: <span class=${`state-word is-${state}`}>${state}</span></h2>
        <p class="note">
          generation ${generation}${recipient !== undefined && html`, for <b>${recipient}</b>`}${' · '}
          ${
            stack
              ? html`<a href=${placeFragment(stack.requestPlace(correlationId))}>its request</a>`
              : html`request <span class="id">${correlationId}</span>`
          }
          ${ticketId !== undefined && html` · <a href=${placeFragment(ticketPlace(ticketId))}>its ticket</a>`}
        </p>
      </header>
      ${reason !== undefined && html`<p class="reason">Why: ${reason}</p>`}
      ${
        (waitsFor !== undefined || command) &&
        html`
        <p class="waits">
          <span role="status">${waitsFor}</span>
          ${waitsUntil !== undefined && html`<span>${waitsUntil}</span>`}
          ${command && html`<${CommandButton} key=${command.key} tenant=${tenant} command=${command} about=${`${name} ${saga.id}`} onAnswer=${onAnswer} />`}
        </p>
      `
      }
      <${CommandLog} />
      ${definition ? html`<${SagaPicture} definition=${definition} run=${run} />` : html`<p class="empty">${noDefinition(saga)}</p>`}
    </section>
    ${definition && html`<${StepTable} definition=${definition} run=${run} />`}
    <${RunLineList} rows=${rows} />
  `
}

/** The graph of another version would be a wrong one. */
const noDefinition = ({ definition }: Saga) =>
  `No graph: it runs under a definition (${definition ?? 'of a version that is not told'}) of another version of the code. Its attempts are below.`
