import type { Runtime } from '../../domain/runtime.ts'
import { registerViews, unregisteredViews, type ViewCatalog } from '../../domain/view-catalog.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'
import { catalogRow, noCatalog, type ReadCatalog, replaceCatalog } from '../../tables/view-catalog.ts'
import { hasViewRows } from '../../tables/views.ts'

/** How long a function may go on with the catalog that it has read. */
export const catalogAgeMsMax = 1_000

/**
 * How long after a change of the catalog no event is projected by what it said before: a catalog's age, and the longest attempt to project
 * one event (the timeout of a consumer).
 */
export const catalogHoldsAfterMs = catalogAgeMsMax + 10_000

export async function readCatalog(store: Pick<Store, 'get'>): Promise<ReadCatalog> {
  return (await readRow(store, catalogRow)) ?? noCatalog
}

/** A consumer's catalog, in which every read model of this version is registered. It is read again when it is too old. */
export function cachedCatalog(
  store: Pick<Store, 'get' | 'scan' | 'write'>,
  runtime: Pick<Runtime, 'now'>,
): () => Promise<ViewCatalog> {
  let kept: { readAtMs: number; catalog: ViewCatalog } | undefined
  return async () => {
    const nowMs = runtime.now()
    if (!kept || nowMs - kept.readAtMs > catalogAgeMsMax || nowMs < kept.readAtMs)
      kept = { readAtMs: nowMs, catalog: await readRegistered(store) }
    return kept.catalog
  }
}

/**
 * Before anything is projected, a read model that is new is registered: on existing data it lacks the past, on a stack without any it lacks
 * nothing. Of two functions that register at once only one succeeds; so what the other has projected since is not taken for a past.
 */
async function readRegistered(store: Pick<Store, 'get' | 'scan' | 'write'>): Promise<ViewCatalog> {
  for (;;) {
    const read = await readCatalog(store)
    if (unregisteredViews(read.catalog).length === 0) return read.catalog
    const catalog = registerViews(read.catalog, { hasPast: await hasViewRows(store) })
    const { status } = await store.write(replaceCatalog(catalog, read))
    if (status === 'done') return catalog
  }
}

/**
 * Applies a pure change to the catalog. Returns the catalog as stored; throws what `change` throws. After a lost answer, `change` is
 * applied to its own result: it must change nothing there.
 */
export async function changeCatalog(
  { store }: { store: Pick<Store, 'get' | 'write'> },
  change: (catalog: ViewCatalog) => ViewCatalog,
): Promise<ViewCatalog> {
  for (;;) {
    const read: ReadCatalog = await readCatalog(store)
    const changed = change(read.catalog)
    if (changed === read.catalog) return changed
    const { status } = await store.write(replaceCatalog(changed, read))
    if (status === 'done') return changed
  }
}
