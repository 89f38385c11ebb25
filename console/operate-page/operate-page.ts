import { html } from 'htm/preact'
import { CommandLog } from '../operator-api/command-log.ts'
import { useOperator } from '../operator-api/operator.ts'
import { tenantAtFirst } from '../operator-api/tenant.ts'
import type { Place } from '../shell/place.ts'
import { BlockedList } from './blocked-list.ts'
import { HoldList } from './hold-list.ts'
import { SagaList } from './saga-list.ts'

/** What waits for an operator, and what one can do about it: `#operate/TENANT`, where one may choose the tenant. */
export function OperatePage({ place: { details } }: { place: Place }) {
  const { tenant: only, stack } = useOperator()
  const tenant = only ?? details[0] ?? tenantAtFirst
  return html`
    <div class="operate" key=${tenant}>
      ${stack && html`<${stack.TenantForm} tenant=${tenant} />`}
      <${CommandLog} />
      <${SagaList} tenant=${tenant} />
      <${HoldList} tenant=${tenant} />
      <div class="pair">
        <${BlockedList} tenant=${tenant} />
        ${stack && html`<${stack.DeadLetters} />`}
      </div>
    </div>
  `
}
