import type { TableName } from '../../tables/store.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

export const tenantsAreIsolated: Invariant = {
  number: 26,
  promise: 'Nothing crosses tenants: every row, answer and message belongs to the tenant that its key begins with.',
  violations(evidence) {
    return [
      ...rowsOfAnotherTenant(evidence),
      ...eventsOfAnotherTenant(evidence),
      ...ticketsOfSeveralTenants(evidence),
      ...requestsAcrossTenants(evidence),
    ]
  },
}

function rowsOfAnotherTenant({ rows }: Evidence): Violation[] {
  return (Object.entries(rows) as [TableName, Evidence['rows'][TableName]][]).flatMap(([table, rowsOfTable]) =>
    rowsOfTable.flatMap((row) => {
      const { pk, sk, tenant } = row as { pk: string; sk?: string; tenant?: string }
      return tenant !== undefined && tenant !== tenantOf(pk)
        ? [
            {
              subject: `${table} ${pk} ${sk ?? ''}`,
              problem: `is stored under tenant ${tenantOf(pk)}, but belongs to ${tenant}`,
            },
          ]
        : []
    }),
  )
}

function eventsOfAnotherTenant({ events }: Evidence): Violation[] {
  return [...events].flatMap(([pk, history]) =>
    history
      .filter(({ tenant }) => tenant !== tenantOf(pk))
      .map(({ tenant, seq }) => ({ subject: `${pk} event ${seq}`, problem: `belongs to tenant ${tenant}` })),
  )
}

function ticketsOfSeveralTenants({ tickets }: Evidence): Violation[] {
  return [...Map.groupBy(tickets, ({ value }) => value.id)].flatMap(([id, same]) =>
    same.length > 1 ? [{ subject: `ticket ${id}`, problem: `is stored in ${same.length} tenants` }] : [],
  )
}

function requestsAcrossTenants({ requests, users }: Evidence): Violation[] {
  const userIds = new Set(users.map(({ tenant, value }) => `${tenant} ${value.id}`))
  return requests.flatMap(({ pk, tenant, value: { aggregate, actor } }) => {
    const found: Violation[] = []
    if (tenantOf(aggregate) !== tenant)
      found.push({ subject: pk, problem: `holds the answer for ${aggregate}, which belongs to another tenant` })
    const isSystem = actor.startsWith('steadfast:')
    if (!isSystem && !userIds.has(`${tenant} ${actor}`))
      found.push({ subject: pk, problem: `was sent by ${actor}, who is not a user of the tenant` })
    return found
  })
}

function tenantOf(pk: string): string | undefined {
  return pk.split('#')[1]
}
