import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { useOperator } from '../operator/operator.ts'
import { tenantAtFirst } from '../operator/tenant.ts'
import { goTo } from '../shell/location.ts'
import { type SagaRef, sagaPlace } from './saga-place.ts'

/** Asks which saga to show. */
export function SagaSearch({ saga }: { saga: SagaRef | undefined }) {
  const { tenant: only } = useOperator()
  const [tenant, setTenant] = useState(only ?? saga?.tenant ?? tenantAtFirst)
  const [id, setId] = useState(saga?.id ?? '')
  const submit = (event: Event) => {
    event.preventDefault()
    if (tenant.trim() !== '' && id.trim() !== '') goTo(sagaPlace({ tenant: tenant.trim(), id: id.trim() }))
  }
  const field = (label: string, value: string, set: (text: string) => void, grows: boolean) => html`
    <label class=${grows ? 'grows' : ''}>
      <span>${label}</span>
      <input
        class="mono"
        value=${value}
        maxlength="255"
        autocomplete="off"
        spellcheck=${false}
        onInput=${(event: Event) => set((event.target as HTMLInputElement).value)}
      />
    </label>
  `
  return html`
    <form class="search panel" onSubmit=${submit} role="search">
      ${only === undefined && field('Tenant', tenant, setTenant, false)} ${field('Saga', id, setId, true)}
      <button type="submit" class="is-main">Show</button>
    </form>
  `
}
