import { MemoryStore } from '../../tables/memory-store.ts'
import type { TableName } from '../../tables/store.ts'
import { dumpStore } from '../fixtures/dump.ts'
import { healthySystem } from '../proof/healthy-system.ts'

let healthy: ReturnType<typeof healthySystem> | undefined

/** A copy of the healthy system, which is made once for all tests of a file. */
export async function copiedSystem(): Promise<Awaited<ReturnType<typeof healthySystem>> & { store: MemoryStore }> {
  healthy ??= healthySystem()
  const system = await healthy
  const store = new MemoryStore()
  for (const [table, rows] of Object.entries(await dumpStore(system.store)))
    for (const row of rows)
      await store.write({ kind: 'put', table: table as TableName, row: structuredClone(row) as never })
  return { ...system, store }
}
