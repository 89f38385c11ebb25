import { handleUpload, type UploadDeps, type UploadOutcome } from '../../app/handle-upload.ts'
import type { Observer } from '../../app/observer.ts'
import { quarantinePrefix } from '../../sagas/attachment/object-keys.ts'

/** Younger objects are the notification's: it usually takes a second. */
const sweptAfterMs = 10_000

/** An inspection takes seconds, and a scan by someone else seldom minutes: after these, something is wrong with it. */
const lateAfterMs = 10 * 60_000

export type UploadSweep = Record<UploadOutcome | 'failed', number> & { complete: boolean }

/**
 * Goes through everything in quarantine, and does what the notification should have done: its event may have been lost, or its call.
 * What ended without its object being deleted goes too. Goes on past failures, until done or `deadlineMs`.
 */
export async function sweepUploads(uploads: UploadDeps, observer: Observer, deadlineMs: number): Promise<UploadSweep> {
  const { objects, runtime } = uploads
  const sweep: UploadSweep = {
    woken: 0,
    waiting: 0,
    'under-way': 0,
    removed: 0,
    'unknown-key': 0,
    failed: 0,
    complete: false,
  }
  let late = 0
  let after: string | undefined
  do {
    const page = await objects.list(quarantinePrefix, after)
    const old = page.objects.filter(({ storedAtMs }) => runtime.now() - storedAtMs >= sweptAfterMs)
    for (const { key, storedAtMs } of old)
      try {
        const outcome = await handleUpload(uploads, key)
        sweep[outcome]++
        if (outcome === 'under-way' && runtime.now() - storedAtMs >= lateAfterMs) late++
      } catch (error) {
        sweep.failed++
        observer.error('an upload could not be swept', { key, error })
      }
    after = page.next
  } while (after && runtime.now() < deadlineMs)
  sweep.complete = !after
  observer.count('UploadsSwept', sweep.woken + sweep.removed)
  observer.count('UploadsNotSwept', sweep.failed + sweep['unknown-key'])
  observer.count('UploadsLate', late)
  const isFine = sweep.failed + sweep['unknown-key'] === 0 && sweep.complete
  if (isFine) observer.info('swept', { ...sweep })
  else observer.warn('swept, but not all', { ...sweep })
  return sweep
}
