import type { Runtime } from '../../domain/runtime.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'
import { catalogRow, noCatalog, type ReadCatalog } from '../../tables/view-catalog.ts'

/** How long a function may go on with the catalog that it has read. */
export const catalogAgeMsMax = 1_000

/**
 * From this long after a change of the catalog, no event is projected by what it said before: a catalog's age, and the longest attempt to
 * project one event (the timeout of a consumer).
 */
export const catalogSettlesAfterMs = catalogAgeMsMax + 10_000

export async function readCatalog(store: Pick<Store, 'get'>): Promise<ReadCatalog> {
  return (await readRow(store, catalogRow)) ?? noCatalog
}

/** Reads the catalog, and again when what it has is too old. */
export function cachedCatalog(store: Pick<Store, 'get'>, runtime: Pick<Runtime, 'now'>): () => Promise<ReadCatalog> {
  let kept: { readAtMs: number; read: ReadCatalog } | undefined
  return async () => {
    const nowMs = runtime.now()
    if (!kept || nowMs - kept.readAtMs > catalogAgeMsMax || nowMs < kept.readAtMs)
      kept = { readAtMs: nowMs, read: await readCatalog(store) }
    return kept.read
  }
}
