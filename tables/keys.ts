import { type AggregateRef, aggregateTypes } from '../domain/ids.ts'
import type { Row, TableName } from './store.ts'

/** A partition key of a tenant. Every key begins with its tenant, so no key or query can cross tenants. Throws `Error` without a tenant. */
export function tenantKey(tenant: string, ...parts: string[]): string {
  if (!tenant) throw new Error('a key needs a tenant')
  return ['TENANT', tenant, ...parts].join('#')
}

/** The partition key of an aggregate, the same in every table that stores rows of it. */
export function aggregateKey(tenant: string, { type, id }: AggregateRef): string {
  return tenantKey(tenant, type.toUpperCase(), id)
}

/** The aggregate whose partition this key names; undefined for any other key. */
export function aggregateOfKey(key: string): { tenant: string; aggregate: AggregateRef } | undefined {
  const [, tenant, kind, id] = /^TENANT#([^#]+)#([A-Z]+)#(.+)$/s.exec(key) ?? []
  const type = aggregateTypes.find((candidate) => candidate.toUpperCase() === kind)
  return tenant && id && type ? { tenant, aggregate: { type, id } } : undefined
}

/** The tenant that a partition key begins with; undefined for a key of no tenant. */
export function tenantOfKey(key: string): string | undefined {
  return /^TENANT#([^#]+)#/.exec(key)?.[1]
}

/** A key as it may be shown: where it is a user's, `shown` takes the place of the id. */
export function keyWithoutUser(key: string, shown: (tenant: string, userId: string) => string): string {
  const [, tenant, userId] = /^TENANT#([^#]+)#USER#(.+)$/s.exec(key) ?? []
  return tenant !== undefined && userId !== undefined
    ? aggregateKey(tenant, { type: 'user', id: shown(tenant, userId) })
    : key
}

/** A sequence number as a sort key: padded to 12 digits, so that it sorts numerically. */
export function seqKey(seq: number): string {
  return String(seq).padStart(12, '0')
}

/**
 * The address of one row, and its parser. Rows are parsed, never cast: `parse` throws `ZodError` when the row does not match its schema.
 */
export interface RowRead<T> {
  table: TableName
  key: { pk: string; sk?: string }
  parse(row: Row): T
}
