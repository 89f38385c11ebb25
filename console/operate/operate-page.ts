import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { CommandLog } from '../operator/command-log.ts'
import { useOperator } from '../operator/operator.ts'
import { tenantAtFirst } from '../operator/tenant.ts'
import { goTo } from '../shell/location.ts'
import type { Place } from '../shell/place.ts'
import { BlockedList } from './blocked-list.ts'
import { SagaList } from './saga-list.ts'

/** What waits for an operator, and what one can do about it: `#operate/TENANT`, where one may choose the tenant. */
export function OperatePage({ place: { details } }: { place: Place }) {
  const { tenant: only, stack } = useOperator()
  const tenant = only ?? details[0] ?? tenantAtFirst
  return html`
    <div class="operate" key=${tenant}>
      ${only === undefined && html`<${TenantForm} tenant=${tenant} />`}
      <${CommandLog} />
      <${SagaList} tenant=${tenant} />
      <div class="pair">
        <${BlockedList} tenant=${tenant} />
        ${stack && html`<${stack.DeadLetters} />`}
      </div>
    </div>
  `
}

function TenantForm({ tenant }: { tenant: string }) {
  const [text, setText] = useState(tenant)
  const submit = (event: Event) => {
    event.preventDefault()
    if (text.trim() !== '') goTo({ page: 'operate', details: [text.trim()] })
  }
  return html`
    <form class="search panel" onSubmit=${submit} role="search" aria-label="Tenant">
      <label>
        <span>Tenant</span>
        <input
          class="mono"
          value=${text}
          maxlength="64"
          autocomplete="off"
          spellcheck=${false}
          onInput=${(event: Event) => setText((event.target as HTMLInputElement).value)}
        />
      </label>
      <button type="submit" class="is-main">Operate as its admin</button>
    </form>
  `
}
