import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { Fetched } from '../live/fetched.ts'
import { now } from '../live/now.ts'
import { useFetched } from '../live/use-fetched.ts'
import type { ResumptionFilter } from '../operator-api/command.ts'
import { CommandButton } from '../operator-api/command-button.ts'
import { useOperator } from '../operator-api/operator.ts'
import { sagaPlace } from '../saga/saga-place.ts'
import { placeFragment } from '../shell/place.ts'
import type { ListPage, SagaSummary } from '../wire-saga.ts'
import { ResumeAll } from './resume-all.ts'
import { type Filters, noFilters, SagaFilters } from './saga-filters.ts'
import { firstPage, newer, older, type Pages, sagaListRow } from './saga-list-view.ts'

/** Few enough to look through and to draw at once. */
const pageSize = 50

/** The tenant's sagas that have not ended, newest first, a page at a time: it does not matter how many there are. */
export function SagaList({ tenant }: { tenant: string }) {
  const { source, listPulse } = useOperator()
  const [filters, setFilters] = useState<Filters>(noFilters)
  const [pages, setPages] = useState<Pages>(firstPage)
  const [turn, setTurn] = useState(0)
  const readAgain = () => setTurn((before) => before + 1)
  const query = { ...filters, cursor: pages.at(-1), limit: pageSize }
  const list = useFetched({
    asked: JSON.stringify(query),
    turn,
    pulse: listPulse.value,
    // What took many requests to find is not looked for again and again.
    rests: ({ requests }) => requests > 1,
    read: () => source.sagas(tenant, query),
  })
  const next = list.status === 'there' ? list.value.nextCursor : undefined
  const apply = (chosen: Filters) => {
    setFilters(chosen)
    setPages(firstPage)
    readAgain()
  }
  return html`
    <section class="panel" aria-labelledby="sagas">
      <header>
        <h2 id="sagas" tabindex="-1">Sagas that have not ended</h2>
        <p class="note" role="status">${countWords(list, pages.length)}</p>
      </header>
      <${SagaFilters} filters=${filters} apply=${apply} />
      ${list.status === 'failed' && html`<p class="problem" role="alert">${list.why}</p>`}
      ${
        list.status === 'there' &&
        list.value.items.length > 0 &&
        html`<${SagaTable} tenant=${tenant} sagas=${list.value.items} onAnswer=${readAgain} />`
      }
      <nav class="pages" aria-label="Pages of the list">
        <button type="button" disabled=${pages.length === 1} onClick=${() => setPages(newer(pages))}>Newer</button>
        <button
          type="button"
          disabled=${next === undefined}
          onClick=${() => next !== undefined && setPages(older(pages, next))}
        >
          Older
        </button>
      </nav>
      ${
        ['', 'parked'].includes(filters.state) &&
        filters.heldFor === '' &&
        html`<p class="waits"><${ResumeAll} tenant=${tenant} filter=${resumptionFilter(filters)} onAnswer=${readAgain} /></p>`
      }
    </section>
  `
}

function countWords(list: Fetched<ListPage<SagaSummary>>, page: number): string {
  if (list.status !== 'there') return list.status === 'loading' ? 'Reading' : ''
  const { items, nextCursor } = list.value
  if (items.length === 0 && nextCursor === undefined && page === 1) return 'None.'
  return `Page ${page}: ${items.length}${nextCursor === undefined ? ', the last ones' : ', and more'}`
}

const resumptionFilter = ({ name, step, error }: Filters): ResumptionFilter => ({ name, step, error })

interface TableProps {
  tenant: string
  sagas: readonly SagaSummary[]
  onAnswer: () => void
}

function SagaTable({ tenant, sagas, onAnswer }: TableProps) {
  return html`
    <div class="scrolls" tabindex="0" role="group" aria-labelledby="sagas">
      <table>
        <thead>
          <tr>
            <th scope="col">Saga</th>
            <th scope="col">State</th>
            <th scope="col">Began</th>
            <th scope="col">Last attempt</th>
            <th scope="col"><span class="unseen">Command</span></th>
          </tr>
        </thead>
        <tbody>
          ${sagas.map((saga) => html`<${SagaRow} key=${saga.id} tenant=${tenant} saga=${saga} onAnswer=${onAnswer} />`)}
        </tbody>
      </table>
    </div>
  `
}

function SagaRow({ tenant, saga, onAnswer }: Omit<TableProps, 'sagas'> & { saga: SagaSummary }) {
  const row = sagaListRow(saga, now.value)
  const { id, name, state, tone, began, last, attempts, reason, recipient, command } = row
  return html`
    <tr>
      <th scope="row">
        <a href=${placeFragment(sagaPlace({ tenant, id }))}>${name}</a> ${recipient !== '' && html`for ${recipient}`}
        <span class="id">${id}</span>
      </th>
      <td><span class=${`badge tone-${tone}`}>${state}</span></td>
      <td>${began}</td>
      <td>
        ${last} ${attempts > 1 && html`<span class="note">(${attempts} attempts)</span>`}
        ${reason !== '' && html`<span class="reason">${reason}</span>`}
      </td>
      <td>
        ${
          command &&
          html`<${CommandButton} key=${command.key} tenant=${tenant} command=${command} about=${`${name} ${id}`} onAnswer=${onAnswer} />`
        }
      </td>
    </tr>
  `
}
