import { isFinal } from '../../domain/attachment.ts'
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
 * What became of a verdict, however often and in whatever order it comes:
 * - `woken`: the saga that waits for it was called; it is recorded before, so that a saga that begins to wait just now finds it.
 * - `waiting`: nobody waits for it yet, or no longer, or it is about other bytes than those that were taken.
 * - `too-late`: the attachment has ended; nothing is recorded.
 * - `contradicted`: malware was found in bytes that were called clean before, and that may have gone on since.
 * - `strange`: the key is none of an upload of ours.
 */
export type ScanVerdictOutcome = 'woken' | 'waiting' | 'too-late' | 'contradicted' | 'unknown-key'

/** Throws when it can't tell; then say it again. */
export async function handleScanVerdict(
  { store, callbacks }: ScanDeps,
  { key, etag: quoted, verdict }: { key: string; etag: string; verdict: ScanVerdict },
): Promise<ScanVerdictOutcome> {
  const ref = key.startsWith(quarantinePrefix) ? attachmentOfKey(key) : undefined
  if (!ref) return 'unknown-key'
  const etag = plainEtag(quoted)
  await store.write(recordVerdict(ref, etag, verdict))
  // Read after the verdict is there: who stores a token after this sees it, who stored one before is seen.
  const scan = await readRow(store, scanRow(ref))
  if (!scan) return 'too-late'
  const wasCalledClean = scan.verdictsOn(etag).some((each) => each.verdict === 'clean')
  const isAwaited = scan.state === 'inspecting' && scan.token !== undefined && scan.etag === etag
  const isWoken = isAwaited && (await callbacks.succeed(scan.token ?? '')) === 'delivered'
  if (verdict.verdict === 'infected' && wasCalledClean && !isWoken) return 'contradicted'
  if (isWoken) return 'woken'
  return isFinal(scan.state) ? 'too-late' : 'waiting'
}
