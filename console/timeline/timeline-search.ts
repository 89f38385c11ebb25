import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { goTo } from '../shell/location.ts'
import { TextField } from '../shell/text-field.ts'
import { type TimelineBy, timelineBys, timelinePlace } from './timeline-query.ts'

/** Asks for the ticket, request or key whose timeline to show. */
export function TimelineSearch({ query }: { query: { by: TimelineBy; id: string } | undefined }) {
  const [by, setBy] = useState<TimelineBy>(query?.by ?? 'ticket')
  const [id, setId] = useState(query?.id ?? '')
  const submit = (event: Event) => {
    event.preventDefault()
    if (id.trim() !== '') goTo(timelinePlace(by, id.trim()))
  }
  return html`
    <form class="search panel" onSubmit=${submit} role="search">
      <label>
        <span>Follow by</span>
        <select value=${by} onChange=${(event: Event) => setBy((event.target as HTMLSelectElement).value as TimelineBy)}>
          ${timelineBys.map(([each, label]) => html`<option key=${each} value=${each}>${label}</option>`)}
        </select>
      </label>
      <${TextField} label="Id" value=${id} onText=${setId} grows />
      <button type="submit" class="is-main">Follow</button>
    </form>
  `
}
