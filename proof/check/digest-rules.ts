import { DailyDigest, DigestPart, dayAfter, dayInKey, dayPrefix, hashInKey, partPrefix } from '../../domain/digest.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { KeptDigest } from './digests.ts'
import type { Violation } from './invariant.ts'
import { cutEvents } from './restores.ts'

/** The events of one aggregate, by its partition key. */
type Histories = ReadonlyMap<string, readonly { seq: number; hash?: string | undefined }[]>

/**
 * Events that are not what a digest says of them, but for those that a restore has cut. This finds also who recomputed a whole
 * chain: the digests are out of reach.
 */
export function eventsUnlikeDigests(
  histories: Histories,
  digests: readonly KeptDigest[],
  isElsewhere: (aggregateHash: string) => boolean = () => false,
): Violation[] {
  const pks = new Map([...histories.keys()].map((pk) => [sha256Hex(pk), pk]))
  const found = new Map<string, Violation>()
  const isCut = cutEvents(digests)
  for (const { key, text } of digests.filter(({ key }) => key.startsWith(partPrefix))) {
    const part = parsed(DigestPart, text)
    if (!part || sha256Hex(text) !== hashInKey(key)) {
      found.set(key, { subject: key, problem: 'is not the part of a digest that its key names' })
      continue
    }
    for (const head of part.heads) {
      if (isCut(head) || isElsewhere(head.aggregate)) continue
      const { aggregate, seq, hash } = head
      const pk = pks.get(aggregate)
      const event = pk === undefined ? undefined : histories.get(pk)?.find((each) => each.seq === seq)
      const day = dayInKey(key)
      const subject = `${pk ?? `the aggregate ${aggregate}`} event ${seq}`
      if (!event) found.set(subject, { subject, problem: `does not exist, and the digest of ${day} has it` })
      else if (event.hash !== hash)
        found.set(subject, { subject, problem: `is not the event that the digest of ${day} has` })
    }
  }
  return [...found.values()]
}

/**
 * Which of these events no digest has, not even within a later one of its aggregate. Those of earlier versions have no hash, and no digest.
 */
export function eventsWithoutDigest(
  events: readonly { pk: string; seq: number; hash?: string | undefined }[],
  digests: readonly KeptDigest[],
): Violation[] {
  const digestedSeqs = new Map<string, number>()
  const isCut = cutEvents(digests)
  for (const { text } of digests.filter(({ key }) => key.startsWith(partPrefix)))
    for (const head of parsed(DigestPart, text)?.heads ?? [])
      if (!isCut(head)) digestedSeqs.set(head.aggregate, Math.max(head.seq, digestedSeqs.get(head.aggregate) ?? 0))
  return events
    .filter(({ pk, seq, hash }) => hash !== undefined && seq > (digestedSeqs.get(sha256Hex(pk)) ?? 0))
    .map(({ pk, seq }) => ({ subject: `${pk} event ${seq}`, problem: 'is confirmed, and no digest has it' }))
}

/** Daily digests that do not follow from each other, or do not name the parts that are there. */
export function brokenDays(digests: readonly KeptDigest[]): Violation[] {
  const days = digests.filter(({ key }) => key.startsWith(dayPrefix)).toSorted((a, b) => (a.key < b.key ? -1 : 1))
  return days.flatMap(({ key, text }, index): Violation[] => {
    const digest = parsed(DailyDigest, text)
    if (digest?.day !== dayInKey(key)) return [{ subject: key, problem: 'is not the digest of its day' }]
    const found: Violation[] = []
    const before = days[index - 1]
    if (before && (dayInKey(key) !== dayAfter(dayInKey(before.key)) || digest.prevHash !== sha256Hex(before.text)))
      found.push({ subject: key, problem: `does not follow from ${before.key}` })
    const parts = digests.flatMap((part) =>
      part.key.startsWith(`${partPrefix}${digest.day}/`) ? [hashInKey(part.key)] : [],
    )
    if (String(parts.toSorted()) !== String(digest.parts))
      found.push({ subject: key, problem: `names ${digest.parts.length} parts, and ${parts.length} are there` })
    return found
  })
}

function parsed<T>(schema: { safeParse(value: unknown): { data?: T | undefined } }, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
