import { tableShapes } from '../../tables/key-shapes.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { Store, TableName } from '../../tables/store.ts'
import { schemaProblems } from './check-row.ts'

/** Differences of the stored rows of all tables from docs/schema.md, a line each. */
export async function schemaDifferences(store: Store): Promise<string[]> {
  const found: string[] = []
  for (const table of Object.keys(tableShapes) as TableName[])
    for (const row of await scanAll(store, table))
      found.push(...schemaProblems(table, row).map((problem) => `${table} ${row.pk} ${row.sk ?? ''} ${problem}`))
  return found
}
