import { SlaPolicies, slaOfTenant } from '../domain/sla-policy.ts'
import { aggregateKey, type RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'
import { isNextVersion } from './version.ts'

/** A tenant's SLA policies, stored in `Tickets`: one row with all of them as they are now. Their revisions are in `Events`. */
const table = 'Tickets'

// Ignores the key attributes of a row. Built once, because Zod compiles a schema at its first parse.
const SlaPoliciesRow = SlaPolicies.strip()

const keyOf = (tenant: string) => ({ pk: aggregateKey(tenant, slaOfTenant), sk: 'SLA_POLICIES' })

export const slaPoliciesRow = (tenant: string): RowRead<SlaPolicies> => ({
  table,
  key: keyOf(tenant),
  parse: parseSlaPolicies,
})

/** Throws `ZodError` when the row is not a tenant's SLA policies. */
export function parseSlaPolicies(row: Row): SlaPolicies {
  return SlaPoliciesRow.parse(row)
}

export function putSlaPolicies(tenant: string, sla: SlaPolicies): Write {
  return { kind: 'put', table, row: { ...keyOf(tenant), ...sla, tenant }, when: isNextVersion(sla.version) }
}
