import canonicalize from 'canonicalize'
import * as z from 'zod'
import { hashInKey } from './digest.ts'
import { sha256Hex } from './sha256.ts'

const Hash = z.string().regex(/^[0-9a-f]{64}$/)

/** An event that a restore has cut. `aggregate` is the SHA-256 of its partition key, as in a digest. */
const CutEvent = z.strictObject({
  aggregate: Hash,
  seq: z.int().positive(),
  /** Absent on events of earlier versions, which no digest has. */
  hash: Hash.optional(),
})
export type CutEvent = z.infer<typeof CutEvent>

/**
 * What a restore has lost: kept beside the digests under Object Lock, so that the check can tell an event that a restore has cut from one
 * that somebody removed, and a mail about it from one that no saga sent.
 */
export const RestoreRecord = z.strictObject({
  /** The point that the truth was restored to. */
  restoredTo: z.iso.datetime(),
  /** When the damage began, where that was before the tables went out of service: at a bad deployment. */
  damagedFrom: z.iso.datetime().optional(),
  /** When the tables went out of service: what was recorded between the two is lost. */
  lostFrom: z.iso.datetime(),
  events: z.array(CutEvent),
  /** The ids of mails and webhook messages that were sent about them: nobody can take those back. */
  effects: z.array(z.string()),
})
export type RestoreRecord = z.infer<typeof RestoreRecord>

export const restorePrefix = 'restores/'

/** The document and its key, which contains its own hash: the same restore, repaired twice, has one record. */
export function storedRecord(record: RestoreRecord): { key: string; text: string } {
  const text = canonicalize(RestoreRecord.parse(record)) ?? ''
  return { key: `${restorePrefix}${record.restoredTo.slice(0, 10)}/${sha256Hex(text)}.json`, text }
}

/** The record of a stored document; undefined for any other, and for one that its key does not name. */
export function parseRecord({ key, text }: { key: string; text: string }): RestoreRecord | undefined {
  if (!key.startsWith(restorePrefix) || sha256Hex(text) !== hashInKey(key)) return undefined
  try {
    return RestoreRecord.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
