import type { Runtime } from '../domain/runtime.ts'
import type { ListedObject, ObjectStore } from '../gateways/object-store.ts'
import type { Row, ScanRequest, Store } from '../tables/store.ts'
import type { Observer } from './observer.ts'

export interface ObjectSweep<Outcome extends string> {
  prefix: string
  /** Every outcome that `handle` can return; each is counted. */
  outcomes: readonly Outcome[]
  isDue(object: ListedObject): boolean
  handle(object: ListedObject): Promise<Outcome>
}

/** How many objects had which outcome, and whether the sweep got to the end before its deadline. */
export type SweepResult<Outcome extends string> = Record<Outcome | 'failed', number> & { complete: boolean }

/** Handles every due object under a prefix. A failure does not stop the sweep; the deadline does, after a page. */
export async function sweepObjects<Outcome extends string>(
  { runtime, objects, observer }: { runtime: Runtime; objects: ObjectStore; observer: Observer },
  { prefix, outcomes, isDue, handle }: ObjectSweep<Outcome>,
  deadlineMs: number,
): Promise<SweepResult<Outcome>> {
  const counts = Object.fromEntries([...outcomes, 'failed'].map((outcome) => [outcome, 0])) as Record<
    Outcome | 'failed',
    number
  >
  let cursor: string | undefined
  do {
    const page = await objects.list(prefix, cursor)
    for (const object of page.objects.filter(isDue)) {
      try {
        counts[await handle(object)]++
      } catch (error) {
        counts.failed++
        observer.error('object could not be swept', { key: object.key, error })
      }
    }
    cursor = page.next
  } while (cursor && runtime.now() < deadlineMs)
  return { ...counts, complete: !cursor }
}

/**
 * Passes every row of a scan to `handle`, until the deadline. Returns whether it got to the end. What `handle` throws stops the scan.
 */
export async function sweepRows(
  { store, runtime }: { store: Store; runtime: Runtime },
  scan: Omit<ScanRequest, 'after'>,
  handle: (row: Row) => Promise<void>,
  deadlineMs: number,
): Promise<{ complete: boolean }> {
  let after: Row | undefined
  do {
    const page = await store.scan({ ...scan, after })
    for (const row of page.rows) {
      if (runtime.now() >= deadlineMs) return { complete: false }
      await handle(row)
    }
    after = page.next
  } while (after)
  return { complete: true }
}
