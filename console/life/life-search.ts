import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { goTo } from '../shell/location.ts'
import { TextField } from '../shell/text-field.ts'
import { type LifeBy, lifeBys, lifePlace } from './life-query.ts'

/** Asks whose life to show. */
export function LifeSearch({ query }: { query: { by: LifeBy; id: string } | undefined }) {
  const [by, setBy] = useState<LifeBy>(query?.by ?? 'ticket')
  const [id, setId] = useState(query?.id ?? '')
  const submit = (event: Event) => {
    event.preventDefault()
    if (id.trim() !== '') goTo(lifePlace(by, id.trim()))
  }
  return html`
    <form class="search panel" onSubmit=${submit} role="search">
      <label>
        <span>Follow by</span>
        <select value=${by} onChange=${(event: Event) => setBy((event.target as HTMLSelectElement).value as LifeBy)}>
          ${lifeBys.map(([each, label]) => html`<option key=${each} value=${each}>${label}</option>`)}
        </select>
      </label>
      <${TextField} label="Id" value=${id} onText=${setId} grows />
      <button type="submit" class="is-main">Follow</button>
    </form>
  `
}
