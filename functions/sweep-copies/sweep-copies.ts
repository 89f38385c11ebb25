import type { Observer } from '../../app/observer.ts'
import { type SweepResult, sweepObjects } from '../../app/sweep.ts'
import { takeBack } from '../../app/take-back.ts'
import { isFinal } from '../../domain/attachment.ts'
import { dayMs } from '../../domain/durations.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { mustBeTakenBack } from '../../domain/take-back.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { attachmentOfKey, cleanPrefix } from '../../sagas/attachment/object-keys.ts'
import { scannedAttachmentRow } from '../../tables/attachment-scans.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'

/**
 * Objects older than this are skipped: earlier sweeps have examined them many times, even if none got to the end over a long
 * weekend.
 */
const examinedForMs = 4 * dayMs

/**
 * - `kept`: the object belongs to its ticket, or its saga is still working on it.
 * - `removed`: its attachment ended without a file.
 * - `taken-back`: malware was found in it after it had become part of its ticket, and nobody has taken it back yet.
 * - `unknown-key`: the key belongs to no attachment.
 */
const copyOutcomes = ['kept', 'removed', 'taken-back', 'unknown-key'] as const
type CopyOutcome = (typeof copyOutcomes)[number]

export interface CopySweepDeps {
  store: Store
  runtime: Runtime
  objects: ObjectStore
  observer: Observer
}

/**
 * Removes objects that S3 copied to `clean/` after the copy step had been undone (docs/adr/0014). An object is removed only when its
 * attachment has ended without a file: that state is final and the key is never used again, so the sweep can't remove the copy of a
 * live saga, in whatever order the two run. It also takes back infected files whose verdict could not do so, or whose removal was
 * compensated. A failure does not stop the sweep, the deadline does.
 */
export async function sweepCopies(deps: CopySweepDeps, deadlineMs: number): Promise<SweepResult<CopyOutcome>> {
  const { runtime, observer } = deps
  const sweep = await sweepObjects(
    deps,
    {
      name: 'sweep-copies',
      prefix: cleanPrefix,
      outcomes: copyOutcomes,
      // A time ahead counts as now.
      isDue: ({ storedAtMs }) => runtime.now() - storedAtMs < examinedForMs,
      handle: ({ key }) => handleCopy(deps, key, deadlineMs),
    },
    deadlineMs,
  )
  const notSwept = sweep.failed + sweep['unknown-key']
  observer.count('CopiesSwept', sweep.removed)
  observer.count('CopiesNotSwept', notSwept)
  if (notSwept === 0 && sweep.complete) observer.info('copies swept', sweep)
  else observer.warn('copies swept, but not all', sweep)
  return sweep
}

async function handleCopy(deps: CopySweepDeps, key: string, deadlineMs: number): Promise<CopyOutcome> {
  const { store, objects } = deps
  const ref = attachmentOfKey(key)
  const attachment = ref && (await readRow(store, scannedAttachmentRow(ref)))
  if (!attachment) return 'unknown-key'
  if (mustBeTakenBack(attachment)) {
    await takeBack(deps, ref, deadlineMs)
    return 'taken-back'
  }
  if (!isFinal(attachment.state)) return 'kept'
  await objects.delete(key)
  return 'removed'
}
