import canonicalize from 'canonicalize'
import * as z from 'zod'
import { dayMs, minuteMs } from './durations.ts'
import { sha256Hex } from './sha256.ts'

/**
 * Digests: what is kept of the hash chains where nobody who may write tables can change it (docs/adr/0033). A part names the newest
 * events of the aggregates that had some; its key contains its own hash. A daily digest names the parts of one day and the daily digest
 * before it, so that none can be left out unnoticed.
 */
const Hash = z.string().regex(/^[0-9a-f]{64}$/)

/** The newest event of one aggregate, as it was committed. */
const Head = z.strictObject({
  /** SHA-256 of the aggregate's partition key: a digest outlives an erasure, and an id can be an e-mail address. */
  aggregate: Hash,
  seq: z.int().positive(),
  hash: Hash,
})
export type Head = z.infer<typeof Head>

export const DigestPart = z.strictObject({ heads: z.array(Head) })
export type DigestPart = z.infer<typeof DigestPart>

export const DailyDigest = z.strictObject({
  day: z.iso.date(),
  /** SHA-256 of the daily digest before it, absent in the first. */
  prevHash: Hash.optional(),
  /** The hashes of the day's parts, in order. */
  parts: z.array(Hash),
})
export type DailyDigest = z.infer<typeof DailyDigest>

/** A document to be stored once, under its key. */
export interface StoredDigest {
  key: string
  text: string
}

export const partPrefix = 'parts/'
export const dayPrefix = 'days/'

/** The part that holds these heads, of each aggregate the newest. The same heads on one day make the same part, in whatever order. */
export function digestPart(heads: readonly Head[], day: string): StoredDigest {
  const newest = new Map<string, Head>()
  for (const head of heads) if (head.seq > (newest.get(head.aggregate)?.seq ?? 0)) newest.set(head.aggregate, head)
  const ordered = [...newest.values()].toSorted((a, b) => (a.aggregate < b.aggregate ? -1 : 1))
  const text = canonical({ heads: ordered })
  return { key: `${partPrefix}${day}/${sha256Hex(text)}.json`, text }
}

/** The digest of a day; `parts` are the keys of its parts. */
export function dailyDigest(day: string, parts: readonly string[], previous: string | undefined): StoredDigest {
  const hashes = parts.map((key) => hashInKey(key)).toSorted()
  const prevHash = previous === undefined ? {} : { prevHash: sha256Hex(previous) }
  return { key: `${dayPrefix}${day}.json`, text: canonical({ day, ...prevHash, parts: hashes }) }
}

/** The hash in the key of a part. */
export function hashInKey(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1).replace(/\.json$/, '')
}

/** The day in the key of a part or of a daily digest, as in `2026-03-01`. */
export function dayInKey(key: string): string {
  return /^[a-z]+\/(\d{4}-\d{2}-\d{2})/.exec(key)?.[1] ?? ''
}

export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

export function dayAfter(day: string): string {
  return dayOf(Date.parse(day) + dayMs)
}

/** A part of the day may still be on its way for so long: a function that writes one has minutes at most. */
const closedAfterMs = 10 * minuteMs

/** The last day to which no part can be added. */
export function lastDayOver(nowMs: number): string {
  return dayOf(nowMs - dayMs - closedAfterMs)
}

/** Whether this day is over: no part can be added to it. */
export function isOver(day: string, nowMs: number): boolean {
  return day <= lastDayOver(nowMs)
}

function canonical(value: object): string {
  return canonicalize(value) ?? ''
}
