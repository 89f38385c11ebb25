import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { TextField } from '../shell/text-field.ts'

/** The filters of `GET /sagas`. Empty ones are not sent. */
export interface Filters {
  state: string
  name: string
  step: string
  error: string
  heldFor: string
}

export const noFilters: Filters = { state: '', name: '', step: '', error: '', heldFor: '' }

const states = ['', 'parked', 'running', 'pending']

const fields: readonly (readonly [name: Exclude<keyof Filters, 'state'>, label: string])[] = [
  ['name', 'Name'],
  ['step', 'Step of the last attempt'],
  ['error', 'Its error'],
  ['heldFor', 'Held for'],
]

/** Says which sagas to list. */
export function SagaFilters({ filters, apply }: { filters: Filters; apply: (filters: Filters) => void }) {
  const [draft, setDraft] = useState(filters)
  const change = (name: keyof Filters) => (text: string) => setDraft({ ...draft, [name]: text })
  const submit = (event: Event) => {
    event.preventDefault()
    apply(draft)
  }
  return html`
    <form class="search" onSubmit=${submit} role="search" aria-label="Which sagas">
      <label>
        <span>State</span>
        <select value=${draft.state} onChange=${(event: Event) => change('state')((event.target as HTMLSelectElement).value)}>
          ${states.map((state) => html`<option key=${state} value=${state}>${state || 'any'}</option>`)}
        </select>
      </label>
      ${fields.map(
        ([name, label]) =>
          html`<${TextField} key=${name} label=${label} value=${draft[name]} maxlength=${100} onText=${change(name)} />`,
      )}
      <button type="submit">List</button>
    </form>
  `
}
