import { fetchJson } from '../live/fetched.ts'
import { DeadLetters } from '../operate-page/dead-letters.ts'
import { TenantForm } from '../operate-page/tenant-form.ts'
import { RowDialog } from '../timeline/row-dialog.ts'
import { timelinePlace } from '../timeline/timeline-query.ts'
import { readAnswer } from './command.ts'
import type { Operator } from './operator.ts'
import { listsFrom, type OperatorSource, queryText } from './operator-source.ts'
import { listPulse, noted, sagaPulse } from './pulse.ts'

const addressOf = (tenant: string, path: string) => `api/${encodeURIComponent(tenant)}${path}`

/** The operator API behind the embedded console's own door, which signs in as an admin of the tenant: no token comes here. */
const source: OperatorSource = {
  ...listsFrom(async <Value>(tenant: string, path: string) => noted(await fetchJson<Value>(addressOf(tenant, path)))),
  saga: async ({ tenant, id }) => noted(await fetchJson(`saga${queryText({ tenant, id })}`)),
  async send(tenant, { method, path, key, body }) {
    try {
      const response = await fetch(addressOf(tenant, path), {
        method,
        headers: { 'idempotency-key': key, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      return readAnswer(response.status, response.headers.get('idempotent-replayed') === 'true', await response.text())
    } catch {
      return { is: 'unknown' }
    }
  },
}

export const stackOperator: Operator = {
  source,
  listPulse,
  sagaPulse,
  tenant: undefined,
  ticketPlace: (id) => timelinePlace('ticket', id),
  stack: { TenantForm, DeadLetters, RowDialog, requestPlace: (id) => timelinePlace('correlation', id) },
}
