import { type CutEvent, parseRecord, type RestoreRecord } from '../../domain/restore-record.ts'
import type { KeptDigest } from './digests.ts'

/** What restores have lost, by their records, which are kept beside the digests. */
export function readRestores(kept: readonly KeptDigest[]): RestoreRecord[] {
  return kept.flatMap((document) => parseRecord(document) ?? [])
}

/** Tells whether a restore has cut this very event: another one may have its number by now. */
export function cutEvents(kept: readonly KeptDigest[]): (event: CutEvent) => boolean {
  const name = ({ aggregate, seq, hash }: CutEvent) => `${aggregate} ${seq} ${hash}`
  const cut = new Set(readRestores(kept).flatMap(({ events }) => events.map(name)))
  return (event) => cut.has(name(event))
}
