import type { Observer } from '../../app/observer.ts'
import { isFinal } from '../../domain/attachment.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { attachmentOfKey, cleanPrefix } from '../../sagas/attachment/object-keys.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'

/**
 * Each sweep looks at what was stored since then, though it lists everything: what is older was looked at many times, also if no sweep
 * came through over a long weekend.
 */
const lookedAtForMs = 4 * 86_400_000

export interface CopySweep {
  /** Part of their ticket, or not yet: their saga is at it. */
  kept: number
  /** Their attachment had ended without them. */
  removed: number
  /** The key is none of ours, or there is no attachment of it. */
  'unknown-key': number
  failed: number
  /** Whether everything was seen before the time was up. */
  complete: boolean
}

/**
 * Removes what S3 copied to `clean/` after the copy was undone (docs/adr/0014). Only the end of an attachment without its file lets its
 * object be removed: that state is final, and no other attachment ever has this key, so a live saga's copy can't be hit, however the
 * two race. Goes on past failures, until done or `deadlineMs`.
 */
export async function sweepCopies(
  { store, runtime, objects }: { store: Store; runtime: Runtime; objects: ObjectStore },
  observer: Observer,
  deadlineMs: number,
): Promise<CopySweep> {
  const sweep: CopySweep = { kept: 0, removed: 0, 'unknown-key': 0, failed: 0, complete: false }
  let after: string | undefined
  do {
    const page = await objects.list(cleanPrefix, after)
    const young = page.objects.filter(({ storedAtMs }) => runtime.now() - storedAtMs < lookedAtForMs)
    for (const { key } of young)
      try {
        sweep[await judge({ store, objects }, key)]++
      } catch (error) {
        sweep.failed++
        observer.error('a copy could not be swept', { key, error })
      }
    after = page.next
  } while (after && runtime.now() < deadlineMs)
  sweep.complete = !after
  observer.count('CopiesSwept', sweep.removed)
  observer.count('CopiesNotSwept', sweep.failed + sweep['unknown-key'] + (sweep.complete ? 0 : 1))
  const isFine = sweep.failed + sweep['unknown-key'] === 0 && sweep.complete
  if (isFine) observer.info('swept', { ...sweep })
  else observer.warn('swept, but not all', { ...sweep })
  return sweep
}

async function judge(
  { store, objects }: { store: Store; objects: ObjectStore },
  key: string,
): Promise<'kept' | 'removed' | 'unknown-key'> {
  const ref = attachmentOfKey(key)
  if (!ref) return 'unknown-key'
  const attachment = await readRow(store, attachmentRow(ref))
  if (!attachment) return 'unknown-key'
  const { state } = attachment
  if (state === 'ready' || !isFinal(state)) return 'kept'
  await objects.delete(key)
  return 'removed'
}
