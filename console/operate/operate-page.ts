import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { live } from '../live/connection.ts'
import { CommandLog } from '../operator/command-log.ts'
import { useOperator } from '../operator/operator.ts'
import { tenantAtFirst } from '../operator/tenant.ts'
import { goTo } from '../shell/location.ts'
import { type Place, placeFragment } from '../shell/place.ts'
import { TextField } from '../shell/text-field.ts'
import { BlockedList } from './blocked-list.ts'
import { SagaList } from './saga-list.ts'

const operatePlace = (tenant: string): Place => ({ page: 'operate', details: [tenant] })

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
  const others = (live.value.depths?.liveTenants ?? []).filter((each) => each !== tenant)
  const submit = (event: Event) => {
    event.preventDefault()
    if (text.trim() !== '') goTo(operatePlace(text.trim()))
  }
  return html`
    <form class="search panel" onSubmit=${submit} role="search" aria-label="Tenant">
      <${TextField} label="Tenant" value=${text} maxlength=${64} onText=${setText} />
      <button type="submit" class="is-main">Operate as its admin</button>
      ${others.length > 0 && html`<p class="note">Sagas are under way of ${others.map((each) => html`<a key=${each} href=${placeFragment(operatePlace(each))}>${each}</a> `)}</p>`}
    </form>
  `
}
