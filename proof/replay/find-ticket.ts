import type { AggregateRef } from '../../domain/ids.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Row, Store } from '../../tables/store.ts'

/**
 * The tenant of a ticket: the given one, or the one whose header a scan meets. Undefined when there is no such ticket. Without a tenant it
 * reads the table up to that header.
 */
export async function tenantOfTicket(store: Store, id: string): Promise<string | undefined> {
  const ticket: AggregateRef = { type: 'ticket', id }
  let after: Row | undefined
  do {
    const page = await store.scan({ table: 'Tickets', after })
    const header = page.rows.find(
      ({ pk, sk, tenant }) => sk === 'HEADER' && typeof tenant === 'string' && pk === aggregateKey(tenant, ticket),
    )
    if (header) return String(header.tenant)
    after = page.next
  } while (after)
  return undefined
}
