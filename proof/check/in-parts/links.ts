import { sha256Hex } from '../../../domain/sha256.ts'
import { tenantOfKey } from '../../../tables/keys.ts'
import type { Row, TableName } from '../../../tables/store.ts'

/** The id of a saga, by which the log of mails knows it. */
export const sagaLink = (id: string) => `saga ${id}`

/** A client's key, by which the log of requests knows a stored answer. */
export const requestLink = (key: string) => `key ${key}`

/** A partition of events or archived events, as digests name it. */
export const aggregateLink = (hash: string) => `aggregate ${hash}`

/**
 * What a row has in common with rows and documents elsewhere that are about the same thing. In sound data no two tenants have a link in
 * common, but for keys of requests, which tenants choose themselves.
 */
export function linksOf(table: TableName, row: Row): string[] {
  const { pk, id, eventId, requestKeyHash } = row as Record<string, unknown>
  switch (table) {
    case 'Tickets':
      // Its events may be archived.
      return row.sk === 'HEADER' ? [`ticket ${id}`, aggregateLink(sha256Hex(String(pk)))] : []
    case 'Events':
      return [
        `event ${id}`,
        aggregateLink(sha256Hex(String(pk))),
        ...(requestKeyHash === undefined ? [] : [`request ${requestKeyHash}`]),
      ]
    case 'RequestKeys':
      return [`request ${sha256Hex(String(pk))}`, requestLink(String(pk).slice(String(pk).lastIndexOf('#') + 1))]
    case 'Sagas':
      return [sagaLink(String(id)), `event ${eventId}`]
    default:
      return []
  }
}

/** Tenants other than its own that a row names: as its tenant, or in a key. Only damaged rows do, and texts that begin like a key. */
export function foreignTenants(row: Row): Set<string> {
  const own = tenantOfKey(String(row.pk))
  const found = new Set<string>()
  const look = (value: unknown, name?: string) => {
    if (typeof value === 'string') {
      const tenant = name === 'tenant' ? value : tenantOfKey(value)
      if (tenant !== undefined && tenant !== own) found.add(tenant)
    } else if (typeof value === 'object' && value !== null)
      for (const [inner, each] of Object.entries(value)) look(each, inner)
  }
  look(row)
  return found
}
