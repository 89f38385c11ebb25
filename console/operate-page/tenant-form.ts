import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import { live } from '../live/connection.ts'
import { goTo } from '../shell/location.ts'
import { type Place, placeFragment } from '../shell/place.ts'
import { TextField } from '../shell/text-field.ts'

const operatePlace = (tenant: string): Place => ({ page: 'operate', details: [tenant] })

/** Chooses the tenant, where one may act as the admin of any. */
export function TenantForm({ tenant }: { tenant: string }) {
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
