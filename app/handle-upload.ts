import { isUploadOver } from '../domain/attachment.ts'
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

export const uploadOutcomes = ['woken', 'waiting', 'under-way', 'removed', 'unknown-key'] as const

/**
 * - `woken`: the saga that waits for this upload, or for a scan verdict that has arrived, was called back. The upload is recorded
 *   before, so a saga that opens its slot right now finds it.
 * - `waiting`: no saga waits for the upload yet, or no longer. The saga finds it when it opens the slot, or when the slot times out.
 * - `under-way`: the upload is being inspected.
 * - `removed`: the attachment has reached a final state, so this upload came too late or twice.
 * - `unknown-key`: the key belongs to no upload slot.
 */
export type UploadOutcome = (typeof uploadOutcomes)[number]

/**
 * Handles an object that was uploaded to quarantine, for the S3 notification and for the sweeper. Safe to repeat. Throws when the
 * outcome is not definite; repeat it then.
 */
export async function handleUpload(
  { store, runtime, objects, callbacks }: UploadDeps,
  key: string,
): Promise<UploadOutcome> {
  const ref = attachmentOfKey(key)
  if (!ref) return 'unknown-key'
  const noted = await store.write(recordUpload(ref, new Date(runtime.now()).toISOString()))
  // Read only after the write: a saga that stores its token later sees the upload, a token stored earlier is seen here.
  const attachment = await readRow(store, attachmentRow(ref))
  if (!attachment || isUploadOver(attachment.state)) {
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
