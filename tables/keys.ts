import { createHash } from 'node:crypto'
import type { AggregateRef } from '../domain/ids.ts'
import type { Row, TableName } from './store.ts'

/** Every key begins with its tenant, so none can be built, and no query can reach, across tenants. */
export function tenantKey(tenant: string, ...parts: string[]): string {
  if (!tenant) throw new Error('a key needs its tenant')
  return ['TENANT', tenant, ...parts].join('#')
}

/** Partition of an aggregate: the same in every table that keeps something of it. */
export function aggregateKey(tenant: string, { type, id }: AggregateRef): string {
  return tenantKey(tenant, type.toUpperCase(), id)
}

/** A sequence number as text that sorts as it counts: 12 digits, a million million events per aggregate. */
export function seqKey(seq: number): string {
  return String(seq).padStart(12, '0')
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** One row to read, and what it is when it is there. Rows are parsed, never cast: throws `ZodError` on a row that is not what it should be. */
export interface RowRead<T> {
  table: TableName
  key: { pk: string; sk?: string }
  parse(row: Row): T
}
