import { html } from 'htm/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Fetched, fetchJson } from '../live/fetched.ts'
import { goTo } from '../shell/location.ts'
import { TextField } from '../shell/text-field.ts'
import type { Replay } from '../wire-tables.ts'
import { FactsTable } from './facts-table.ts'

/** One ticket at any point of its history, and what differs from another. */
export function TimeTravel({ ticket }: { ticket: string }) {
  const [id, setId] = useState(ticket)
  const submit = (event: Event) => {
    event.preventDefault()
    if (id.trim() !== '') goTo({ page: 'tables', details: ['ticket', id.trim()] })
  }
  return html`
    <section class="panel travel" aria-labelledby="travel">
      <header><h2 id="travel">Time travel</h2></header>
      <form class="search" onSubmit=${submit}>
        <${TextField} label="Ticket" value=${id} onText=${setId} grows />
        <button type="submit" class="is-main">Replay</button>
      </form>
      ${
        ticket === ''
          ? html`<p class="empty">Give a ticket, or follow “Replay” at a row of one: it is folded from its events up to any of them.</p>`
          : html`<${ReplayedTicket} ticket=${ticket} />`
      }
    </section>
  `
}

function ReplayedTicket({ ticket }: { ticket: string }) {
  const [points, setPoints] = useState<{ to?: number; from?: number }>({})
  const replay = useReplay(ticket, points)
  if (replay.status === 'loading') return html`<p class="empty" role="status">Reading</p>`
  if (replay.status === 'failed') return html`<p class="empty" role="status">Not replayed: ${replay.why}.</p>`
  const { last, to, from, changes, events } = replay.value
  return html`
    <div class="points">
      <${Point} label="Show it after event" value=${points.to ?? to.seq} last=${last} set=${(seq: number) => setPoints({ ...points, to: seq })} />
      <${Point} label="Compare with event" value=${points.from ?? from.seq} last=${last} set=${(seq: number) => setPoints({ ...points, from: seq })} />
    </div>
    <p class="note" role="status">
      ${to.seq === 0 ? 'It did not exist yet.' : `After event ${to.seq} of ${last}, recorded ${to.recordedAt}.`}
      ${changes.length === 0 ? ' Nothing differs' : ` ${changes.length} differ${changes.length === 1 ? 's' : ''}`} from event ${from.seq}.
    </p>
    <${FactsTable} replay=${replay.value} />
    <h3>Why</h3>
    <ol class="why">
      ${events.map(
        ({ seq, recordedAt, type, actor, correlationId, data }) => html`
          <li key=${seq}>
            <b>${seq} ${type}</b> by ${actor} <time datetime=${recordedAt}>${recordedAt}</time>${' '}
            <a href=${`#life/correlation/${encodeURIComponent(correlationId)}`}>its request</a>${' '}
            <span class="mono">${JSON.stringify(data)}</span>
          </li>
        `,
      )}
    </ol>
  `
}

function Point({
  label,
  value,
  last,
  set,
}: {
  label: string
  value: number
  last: number
  set: (seq: number) => void
}) {
  return html`
    <label>
      <span>${label} <b>${value}</b></span>
      <input
        type="range"
        min="0"
        max=${last}
        step="1"
        value=${value}
        onInput=${(event: Event) => set(Number((event.target as HTMLInputElement).value))}
      />
    </label>
  `
}

/** Folds on the stack, by the app's own rules. What is shown stays until the next answer is there. */
function useReplay(ticket: string, { to, from }: { to?: number; from?: number }): Fetched<Replay> {
  const [replay, setReplay] = useState<Fetched<Replay>>({ status: 'loading' })
  const asked = useRef('')
  const tenant = replay.status === 'there' && replay.value.ticket === ticket ? replay.value.tenant : undefined

  useEffect(() => {
    const question = new URLSearchParams({
      ticket,
      ...(tenant !== undefined && { tenant }),
      ...(to !== undefined && { to: String(to) }),
      ...(from !== undefined && { from: String(from) }),
    })
    const isAsked = `${ticket} ${to} ${from}`
    asked.current = isAsked
    void fetchJson<Replay>(`replay?${question}`).then((answer) => {
      // An answer for where the slider was before comes too late.
      if (asked.current === isAsked) setReplay(answer)
    })
  }, [ticket, to, from])
  return replay
}
