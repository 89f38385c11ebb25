import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { useOperator } from '../operator-api/operator.ts'
import { tenantAtFirst } from '../operator-api/tenant.ts'
import { goTo } from '../shell/location.ts'
import { TextField } from '../shell/text-field.ts'
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
  return html`
    <form class="search panel" onSubmit=${submit} role="search">
      ${only === undefined && html`<${TextField} label="Tenant" value=${tenant} onText=${setTenant} />`}
      <${TextField} label="Saga" value=${id} onText=${setId} grows />
      <button type="submit" class="is-main">Show</button>
    </form>
  `
}
