import { handleUpload, type UploadDeps, type UploadOutcome, uploadOutcomes } from '../../app/handle-upload.ts'
import type { Observer } from '../../app/observer.ts'
import { type SweepResult, sweepObjects } from '../../app/sweep.ts'
import { elapsedMs } from '../../domain/clock.ts'
import { minuteMs } from '../../domain/durations.ts'
import { quarantinePrefix } from '../../sagas/attachment/object-keys.ts'

/** Younger objects are left to the S3 notification, which usually arrives within a second. */
const sweptAfterMs = 10_000

/** An inspection takes seconds, an external scan rarely minutes. One that takes longer has failed or hangs. */
const lateAfterMs = 10 * minuteMs

/**
 * Handles every object in quarantine as its notification should have done: the notification may have been lost, or its callback. An
 * object whose attachment has ended is removed. A failure does not stop the sweep, the deadline does.
 */
export async function sweepUploads(
  deps: UploadDeps & { observer: Observer },
  deadlineMs: number,
): Promise<SweepResult<UploadOutcome>> {
  const { runtime, observer } = deps
  const ageMs = ({ storedAtMs }: { storedAtMs: number }) => elapsedMs(storedAtMs, runtime.now())
  let late = 0
  const sweep = await sweepObjects(
    deps,
    {
      name: 'sweep-uploads',
      prefix: quarantinePrefix,
      outcomes: uploadOutcomes,
      isDue: (object) => ageMs(object) >= sweptAfterMs,
      async handle(object) {
        const outcome = await handleUpload(deps, object.key)
        if (outcome === 'under-way' && ageMs(object) >= lateAfterMs) late++
        return outcome
      },
    },
    deadlineMs,
  )
  const notSwept = sweep.failed + sweep['unknown-key']
  observer.count('UploadsSwept', sweep.woken + sweep.removed)
  observer.count('UploadsNotSwept', notSwept)
  observer.count('UploadsLate', late)
  if (notSwept === 0 && sweep.complete) observer.info('uploads swept', sweep)
  else observer.warn('uploads swept, but not all', sweep)
  return sweep
}
