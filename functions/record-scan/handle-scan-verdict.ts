import { isSettled } from '../../domain/attachment.ts'
import type { ScanVerdict } from '../../domain/scan-verdict.ts'
import type { Callbacks } from '../../gateways/callbacks.ts'
import { attachmentOfKey, quarantinePrefix } from '../../sagas/attachment/object-keys.ts'
import { plainEtag, recordVerdict, scanRow } from '../../tables/attachment-scans.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'

export interface ScanDeps {
  store: Store
  callbacks: Callbacks
}

/**
 * The outcome of a verdict, which may arrive repeatedly and in any order:
 * - `woken`: the saga that waits for it was called. The verdict is recorded before, so a saga that begins to wait right now finds it.
 * - `waiting`: no saga waits for it yet, or any more, or it is about other bytes than those being inspected.
 * - `too-late`: the attachment has reached its final state; nothing was recorded.
 * - `contradicted`: it reports malware in bytes that were reported clean before and that may have been promoted since.
 * - `unknown-key`: the key belongs to no upload slot.
 */
export type ScanVerdictOutcome = 'woken' | 'waiting' | 'too-late' | 'contradicted' | 'unknown-key'

/** Safe to repeat. Throws when the verdict may not have been recorded; repeat it then. */
export async function handleScanVerdict(
  { store, callbacks }: ScanDeps,
  { key, etag: quotedEtag, verdict }: { key: string; etag: string; verdict: ScanVerdict },
): Promise<ScanVerdictOutcome> {
  const ref = key.startsWith(quarantinePrefix) ? attachmentOfKey(key) : undefined
  if (!ref) return 'unknown-key'
  const etag = plainEtag(quotedEtag)
  await store.write(recordVerdict(ref, etag, verdict))
  // Read only after the write: a saga that stores its token later sees the verdict, a token stored earlier is seen here.
  const scan = await readRow(store, scanRow(ref))
  if (!scan) return 'too-late'
  const wasReportedClean = scan.verdictsOn(etag).some((earlier) => earlier.verdict === 'clean')
  const isAwaited = scan.state === 'inspecting' && scan.token !== undefined && scan.etag === etag
  const isWoken = isAwaited && (await callbacks.succeed(scan.token ?? '')) === 'delivered'
  if (verdict.verdict === 'infected' && wasReportedClean && !isWoken) return 'contradicted'
  if (isWoken) return 'woken'
  return isSettled(scan.state) ? 'too-late' : 'waiting'
}
