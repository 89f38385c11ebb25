import type { TableName } from '../../tables/store.ts'
import type { Invariant, Violation } from './invariant.ts'

export const nothingCrossesTenants: Invariant = {
  number: 26,
  promise: 'no row, answer or message crosses tenants: every key begins with the tenant that the row is of',
  violations({ rows, events, users, tickets, requests }) {
    const found: Violation[] = []
    for (const [table, all] of Object.entries(rows) as [TableName, (typeof rows)[TableName]][])
      for (const row of all) {
        const { pk, sk, tenant } = row as { pk: string; sk?: string; tenant?: string }
        if (tenant !== undefined && tenantOf(pk) !== tenant)
          found.push({
            subject: `${table} ${pk} ${sk ?? ''}`,
            what: `is kept under ${tenantOf(pk)} and is of ${tenant}`,
          })
      }
    for (const [pk, history] of events)
      for (const { tenant, seq } of history)
        if (tenant !== tenantOf(pk)) found.push({ subject: `${pk} event ${seq}`, what: `is of ${tenant}` })
    const tenantsOfTicket = Map.groupBy(tickets, ({ is }) => is.id)
    for (const [id, same] of tenantsOfTicket)
      if (same.length > 1) found.push({ subject: `ticket ${id}`, what: `is kept in ${same.length} tenants` })
    const people = new Set(users.map(({ tenant, is }) => `${tenant} ${is.id}`))
    for (const { pk, tenant, is } of requests) {
      if (tenantOf(is.aggregate) !== tenant) found.push({ subject: pk, what: `answers for ${is.aggregate}` })
      const system = is.actor.startsWith('steadfast:')
      if (!system && !people.has(`${tenant} ${is.actor}`))
        found.push({ subject: pk, what: `was asked by ${is.actor}, whom its tenant does not know` })
    }
    return found
  },
}

function tenantOf(pk: string): string | undefined {
  return pk.split('#')[1]
}
