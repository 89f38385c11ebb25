import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { useOperator } from '../operator-api/operator.ts'
import type { DefinitionStep, SagaDefinition, SagaRun } from '../wire-saga.ts'
import type { RowRef } from '../wire-timeline.ts'
import { statusWords, stepStatus } from './step-status.ts'

const kinds: Record<DefinitionStep['kind'], string> = {
  compensatable: 'can be undone',
  pivot: 'pivot: no way back after it',
  retriable: 'retried until it is done',
}

/** What the picture shows, in words, with each step's fence. */
export function StepTable({ definition: { steps }, run }: { definition: SagaDefinition; run: SagaRun }) {
  const { stack } = useOperator()
  const [row, showRow] = useState<RowRef>()
  const { stored } = run
  const status = (step: string, action: 'do' | 'undo') => statusWords(stepStatus(run, step, action)) || '–'
  return html`
    <section class="panel" aria-labelledby="steps">
      <header>
        <h2 id="steps" tabindex="-1">${stored ? 'Steps and fences' : 'Steps'}</h2>
        ${stored && html`<button type="button" onClick=${() => showRow({ ...stored.saga, name: 'saga', change: { is: 'recorded' } })}>Show the saga’s row</button>`}
      </header>
      <div class="scrolls" tabindex="0" role="group" aria-labelledby="steps">
        <table>
          <thead>
            <tr><th scope="col">Step</th><th scope="col">Kind</th><th scope="col">Do</th><th scope="col">Undo</th>${stored && html`<th scope="col">Fence</th>`}</tr>
          </thead>
          <tbody>
            ${steps.map(
              ({ name, kind, waits }) => html`
                <tr key=${name}>
                  <th scope="row">${name}</th>
                  <td>${kinds[kind]}${waits ? '; waits for a callback' : ''}</td>
                  <td>${status(name, 'do')}</td>
                  <td>${kind === 'compensatable' ? status(name, 'undo') : '–'}</td>
                  ${stored && html`<td>${fenceCell(name)}</td>`}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
      ${row && stack && html`<${stack.RowDialog} row=${row} close=${() => showRow(undefined)} />`}
    </section>
  `

  function fenceCell(step: string) {
    const fence = stored?.fences[step] ?? 'absent'
    const key = stored?.fenceRows[step]
    if (fence === 'absent' || !key) return 'none'
    return html`<button type="button" aria-label=${`Show the fence of ${step}: ${fence}`} onClick=${() => showRow({ ...key, name: `fence of ${step}`, change: { is: 'recorded' } })}>${fence}</button>`
  }
}
