import { type CutEvent, parseRecord, type RestoreRecord, restorePrefix } from '../../domain/restore-record.ts'
import type { RequestAttempt } from '../load/attempt.ts'
import type { KeptDigest } from './digests.ts'

/** A restore record, and where it is kept. */
export interface KeptRestore {
  key: string
  record: RestoreRecord
}

/** What restores have lost, by their records, which are kept beside the digests; the newest restore last. */
export function readRestores(kept: readonly KeptDigest[]): KeptRestore[] {
  return kept
    .flatMap(({ key, text }) => {
      const record = parseRecord({ key, text })
      return record ? [{ key, record }] : []
    })
    .toSorted((a, b) => (a.record.lostFrom < b.record.lostFrom ? -1 : 1))
}

/** Documents in the place of restore records that are none. */
export function unreadableRecords(kept: readonly KeptDigest[]): KeptDigest[] {
  return kept.filter((document) => document.key.startsWith(restorePrefix) && !parseRecord(document))
}

/** Tells whether a restore has cut this very event: another one may have its number by now. */
export function cutEvents(kept: readonly KeptDigest[]): (event: CutEvent) => boolean {
  const name = ({ aggregate, seq, hash }: CutEvent) => `${aggregate} ${seq} ${hash}`
  const cut = new Set(readRestores(kept).flatMap(({ record }) => record.events.map(name)))
  return (event) => cut.has(name(event))
}

/**
 * Tells whether no restore has lost what a request did: one that was not answered by the restored point, and was
 * sent before the service ended.
 */
export function isNotLost(restores: readonly KeptRestore[]): (attempt: RequestAttempt) => boolean {
  const lost = restores.map(({ record }) => [Date.parse(record.restoredTo), Date.parse(record.lostFrom)] as const)
  return ({ startedAtMs, latencyMs }) =>
    !lost.some(([fromMs, toMs]) => startedAtMs < toMs && startedAtMs + latencyMs > fromMs)
}
