import { tableNames } from '../../proof/check/evidence.ts'
import { tenantOfKey } from '../../tables/keys.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { allRows } from '../fixtures/dump.ts'

/**
 * A row of another tenant that says the same, with other ids and hashes, so that nothing relates it to the first. Copies are damaged in
 * many ways: the hashes of their events do not fit.
 */
export function renamed(row: Row, copy: number): Row {
  const digits = String(copy).padStart(12, '0')
  const text = JSON.stringify(row)
    .replaceAll('acme', `acme-${copy}`)
    .replaceAll('globex', `globex-${copy}`)
    // Ids, their bytes in the ids of removals, and hashes.
    .replaceAll('-4000-8000-000000000000', `-4000-9000-${digits}`)
    .replaceAll('AAAAAAAAAA-', `AAA${digits.slice(5)}-`)
    .replaceAll(/\b[0-9a-f]{40,64}\b/g, (hash) => `${copy.toString(16)}f${hash}`.slice(0, hash.length))
  return JSON.parse(text)
}

/** A store with many copies of a store's tenants, made as they are read: they take no memory. What belongs to no tenant is there once. */
export async function copiesOf(original: Store, copies: number): Promise<Pick<Store, 'scan'>> {
  const rows = new Map<TableName, Row[]>()
  for (const table of tableNames) rows.set(table, await allRows(original, table))
  return {
    async scan({ table, after }) {
      const copy = Number(after?.copy ?? 0)
      const own = (rows.get(table) ?? []).filter(({ pk }) => copy === 0 || tenantOfKey(String(pk)) !== undefined)
      const next = copy + 1 < copies && { pk: 'a copy', copy: copy + 1 }
      return { rows: copy === 0 ? own : own.map((row) => renamed(row, copy)), ...(next && { next }) }
    },
  }
}
