import { isFinal } from '../domain/attachment.ts'
import type { Runtime } from '../domain/runtime.ts'
import type { Callbacks } from '../gateways/callbacks.ts'
import type { ObjectStore } from '../gateways/object-store.ts'
import { attachmentOfKey } from '../sagas/attachment/object-keys.ts'
import { callbackDue, scanRow } from '../tables/attachment-scans.ts'
import { attachmentRow, recordUpload } from '../tables/attachments.ts'
import { readRow } from '../tables/read-row.ts'
import type { Store } from '../tables/store.ts'

export interface UploadDeps {
  store: Store
  runtime: Runtime
  objects: ObjectStore
  callbacks: Callbacks
}

/**
 * What is to be done about an object in quarantine, however often and from whomever one hears of it:
 * - `woken`: the saga that waits for it, or for a verdict on it that is there, was called; `uploaded` is recorded before, so that a saga
 *   that opens its slot just now finds it.
 * - `waiting`: nobody waits for it yet, or no longer. Whoever opens the slot, or looks when its time is up, finds it.
 * - `under-way`: it is being inspected.
 * - `removed`: its attachment has ended; it came too late, or twice.
 * - `strange`: the key is none of ours, and none that an address of ours leads to.
 */
export type UploadOutcome = 'woken' | 'waiting' | 'under-way' | 'removed' | 'unknown-key'

/** Throws when it can't tell; then say it again. */
export async function handleUpload(
  { store, runtime, objects, callbacks }: UploadDeps,
  key: string,
): Promise<UploadOutcome> {
  const ref = attachmentOfKey(key)
  if (!ref) return 'unknown-key'
  const noted = await store.write(recordUpload(ref, new Date(runtime.now()).toISOString()))
  // Read after `uploaded` is there: who stores a token after this sees it, who stored one before is seen.
  const attachment = await readRow(store, attachmentRow(ref))
  if (!attachment || isFinal(attachment.state)) {
    await objects.delete(key)
    return 'removed'
  }
  if (noted.status === 'condition-failed') {
    const scan = await readRow(store, scanRow(ref))
    const scanned = scan && callbackDue(scan)
    return scanned && (await callbacks.succeed(scanned.token)) === 'delivered' ? 'woken' : 'under-way'
  }
  const { token } = attachment
  return token && (await callbacks.succeed(token)) === 'delivered' ? 'woken' : 'waiting'
}
