import { takeBack } from '../../app/take-back.ts'
import { isUploadOver } from '../../domain/attachment.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { ScanVerdict } from '../../domain/scan-verdict.ts'
import { mustBeTakenBack } from '../../domain/take-back.ts'
import type { Callbacks } from '../../gateways/callbacks.ts'
import { attachmentOfKey, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import { recordVerdict, scannedAttachmentRow } from '../../tables/attachment-scans.ts'
import { readRow } from '../../tables/read-row.ts'
import { plainEtag } from '../../tables/scan-attributes.ts'
import type { Store } from '../../tables/store.ts'

export interface ScanDeps {
  store: Store
  runtime: Runtime
  callbacks: Callbacks
}

/**
 * The outcome of a verdict, which may arrive repeatedly and in any order:
 * - `woken`: the saga that waits for it was called. The verdict is recorded before, so a saga that begins to wait right now finds it.
 * - `waiting`: no saga waits for it yet, or no longer, or it is about other bytes than those being inspected.
 * - `too-late`: the attachment has reached its final state, or is being removed.
 * - `contradicted`: it reports malware in bytes that were reported clean before and that are not part of the
 *   ticket yet. The saga refuses them.
 * - `taken-back`: malware was found in a file that is part of its ticket. It is no longer handed out, and its removal has begun.
 * - `unknown-key`: the key belongs to no upload slot.
 */
export type ScanVerdictOutcome = 'woken' | 'waiting' | 'too-late' | 'contradicted' | 'taken-back' | 'unknown-key'

/** Safe to repeat. Throws when the verdict may not have been recorded or not have had its effect; repeat it then. */
export async function handleScanVerdict(
  deps: ScanDeps,
  { key, etag: quotedEtag, verdict }: { key: string; etag: string; verdict: ScanVerdict },
  deadlineMs: number,
): Promise<ScanVerdictOutcome> {
  const { store, callbacks } = deps
  const ref = key.startsWith(quarantinePrefix) ? attachmentOfKey(key) : undefined
  if (!ref) return 'unknown-key'
  const etag = plainEtag(quotedEtag)
  await store.write(recordVerdict(ref, etag, verdict))
  // Read only after the write: a saga that stores its token later sees the verdict, a token stored earlier is seen here.
  const attachment = await readRow(store, scannedAttachmentRow(ref))
  if (!attachment) return 'too-late'
  if (mustBeTakenBack(attachment)) {
    await takeBack(deps, ref, deadlineMs)
    return 'taken-back'
  }
  const { scan } = attachment
  const wasReportedClean = scan.verdictsOn(etag).some((earlier) => earlier.verdict === 'clean')
  const isAwaited = scan.state === 'inspecting' && scan.token !== undefined && scan.etag === etag
  const isWoken = isAwaited && (await callbacks.succeed(scan.token ?? '')) === 'delivered'
  if (isWoken) return 'woken'
  if (isUploadOver(scan.state)) return 'too-late'
  return verdict.verdict === 'infected' && wasReportedClean ? 'contradicted' : 'waiting'
}
