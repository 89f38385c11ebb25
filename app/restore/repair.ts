import { DigestPart, dayOf, partPrefix } from '../../domain/digest.ts'
import { type CutEvent, storedRecord } from '../../domain/restore-record.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import type { ObjectVersions } from '../../gateways/object-versions.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { Row, Store } from '../../tables/store.ts'
import { everyUnconfirmed, putUnconfirmed } from '../../tables/unconfirmed.ts'
import { RunLog } from '../run-log.ts'
import { readArchivedHistories } from './archived-histories.ts'
import { planRepair, type Repair } from './plan-repair.ts'
import { type ReconciledObjects, reconcileObjects } from './reconcile-objects.ts'
import { type RestoredRows, type RestorePoint, restoredTables, undeliveredSince } from './restored-tables.ts'

/** Rows written at the same time. */
const concurrency = 16

/** A repair that was made. */
export interface Repaired extends Omit<Repair, 'writes' | 'removedEvents'> {
  rowsWritten: number
  objects: ReconciledObjects
}

export interface RepairDeps {
  /** The restored tables. */
  store: Store
  digests: ObjectStore
  objects: ObjectStore
  /** The versions of `objects`. */
  versions: ObjectVersions
  /** The bucket where events of closed tickets may be. Undefined for a stage without it. */
  archives: ObjectStore | undefined
}

/** Points that can't be repaired. Nothing was written. */
class UnrepairableError extends Error {
  override readonly name = 'UnrepairableError'
}

/**
 * Makes restored tables consistent, before they go into service, and keeps what was lost beside the digests. Killed at any moment, it is
 * run again; two at once do the same. Throws {@link UnrepairableError} when the tables were restored to points that can't be repaired.
 */
export async function repairTables(
  { store, digests, objects, versions, archives }: RepairDeps,
  point: RestorePoint,
): Promise<Repaired> {
  const rows = await readRestored(store)
  const digested = await digestedSince(digests, Date.parse(point.restoredTo))
  const plan = planRepair(rows, point, digested, await readArchivedHistories(archives, rows))
  if (plan.status === 'refused') {
    const more = plan.why.length > 1 ? ` (and ${plan.why.length - 1} more)` : ''
    throw new UnrepairableError(`${plan.why[0]}${more}`)
  }
  const { writes, removedEvents, undelivered, record } = plan.repair
  // First: a repair that is stopped leaves no trace of what it has removed.
  const { key, text } = storedRecord(record)
  await digests.putOnce(key, Buffer.from(text))
  await forEach(writes, (write) => store.write(write))
  await forEach(removedEvents, (write) => store.write(write))
  const reconciled = await reconcileObjects({ objects, versions }, rows.Tickets)
  return { undelivered, record, rowsWritten: writes.length + removedEvents.length, objects: reconciled }
}

/** The task of restores in the ledger of runs. */
export const restoreTask = 'restore'

/**
 * Notes events as published and not confirmed, for so long that `reconcile-consumers` handles them at once: it lets consumers catch up and
 * starts what sagas are missing. Queues would take them for duplicates of the messages of before, and drop them. Returns how to end the
 * restore in the ledger, once everything is delivered; until then the check reports it (invariant 25).
 */
export async function resumeDelivery(
  { store, runtime }: { store: Store; runtime: Runtime },
  { undelivered, record, rowsWritten, objects }: Repaired,
): Promise<{ end(): Promise<void> }> {
  const log = await RunLog.begin({ store, runtime }, restoreTask, { by: 'command' })
  await log.restored({ record: storedRecord(record).key })
  await forEach(undelivered, (event) => store.write(putUnconfirmed(event, undeliveredSince(record))))
  const lost = { found: record.events.length, healed: 0, handedOver: record.events.length }
  const { restored, missing: gone } = objects
  const missing = { found: restored + gone.length, healed: restored, handedOver: gone.length }
  const counts = { 'lost events': lost, 'missing objects': missing }
  return { end: () => log.end({ status: 'complete', handled: rowsWritten, counts }) }
}

/** Whether every subscriber has handled what was noted for delivery. */
export async function isDelivered(store: Pick<Store, 'scan'>, { record }: Pick<Repaired, 'record'>): Promise<boolean> {
  const publishedAt = undeliveredSince(record)
  for (let after: Row | undefined, isFirst = true; isFirst || after; isFirst = false) {
    const page = await store.scan({ ...everyUnconfirmed, after })
    if (page.rows.some((row) => row.publishedAt === publishedAt)) return false
    after = page.next
  }
  return true
}

/** The events of the digests that were stored since a time: those that a restore to it may have lost. */
async function digestedSince(digests: ObjectStore, sinceMs: number): Promise<CutEvent[]> {
  const found: CutEvent[] = []
  let after: string | undefined = `${partPrefix}${dayOf(sinceMs)}`
  do {
    const page = await digests.list(partPrefix, after)
    for (const { key, storedAtMs } of page.objects) {
      const head = storedAtMs < sinceMs ? undefined : await digests.head(key)
      const bytes = head && (await digests.read(key, { etag: head.etag, bytesMax: head.sizeBytes }))
      if (bytes) found.push(...DigestPart.parse(JSON.parse(Buffer.from(bytes).toString())).heads)
    }
    after = page.next
  } while (after)
  return found
}

async function readRestored(store: Store): Promise<RestoredRows> {
  const tables = restoredTables.map(async (table) => [table, await scanAll(store, table)] as const)
  return Object.fromEntries(await Promise.all(tables)) as RestoredRows
}

async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < items.length; done += concurrency)
    await Promise.all(items.slice(done, done + concurrency).map(work))
}
