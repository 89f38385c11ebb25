import {
  dailyDigest,
  dayAfter,
  dayInKey,
  dayOf,
  dayPrefix,
  digestPart,
  isOver,
  lastDayOver,
  partPrefix,
} from '../../domain/digest.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { UnconfirmedEvent } from '../../tables/unconfirmed.ts'

/** Well above what a day of a busy stage has: a hash of 64 characters for each part. */
const dailyDigestBytesMax = 64 * 1024 * 1024

export interface DigestDeps {
  runtime: Runtime
  /** The bucket whose objects nobody can change or delete. */
  digests: ObjectStore
}

/**
 * Stores the hashes of these events as one part of today's digest. Repeating it stores the same part, or the same facts in another.
 * Events of earlier versions have no hash and are left out.
 */
export async function digestEvents(
  { runtime, digests }: DigestDeps,
  events: readonly UnconfirmedEvent[],
): Promise<void> {
  const heads = events.flatMap(({ tenant, aggregate, seq, hash }) =>
    hash === undefined ? [] : [{ aggregate: sha256Hex(aggregateKey(tenant, aggregate)), seq, hash }],
  )
  if (heads.length === 0) return
  const { key, text } = digestPart(heads, dayOf(runtime.now()))
  await digests.putOnce(key, Buffer.from(text))
}

/**
 * Stores the digest of each day that is over, oldest first, until the deadline (epoch milliseconds): days on which nothing happened too, so
 * that none is missing. Of two at once, both store the same. Returns the last day that has its digest, undefined before the first.
 */
export async function closeDays({ runtime, digests }: DigestDeps, deadlineMs: number): Promise<string | undefined> {
  const [last] = (await keysUnder(digests, dayPrefix)).slice(-1)
  const [firstPart] = last === undefined ? (await digests.list(partPrefix)).objects : []
  const first = last === undefined ? firstPart && dayInKey(firstPart.key) : dayAfter(dayInKey(last))
  let closed = last && dayInKey(last)
  if (first === undefined || !isOver(first, runtime.now())) return closed
  let previous = last === undefined ? undefined : await textOf(digests, last)
  for (let day = first; isOver(day, runtime.now()) && runtime.now() < deadlineMs; day = dayAfter(day)) {
    const { key, text } = dailyDigest(day, await keysUnder(digests, `${partPrefix}${day}/`), previous)
    await digests.putOnce(key, Buffer.from(text))
    // What another round may have stored before counts.
    previous = await textOf(digests, key)
    closed = day
  }
  return closed
}

/** Closes days as {@link closeDays} does. After that it looks again only once another day is over, so that a round has no calls for it. */
export class DayCloser {
  #closed = ''

  async close(deps: DigestDeps, deadlineMs: number): Promise<void> {
    const over = lastDayOver(deps.runtime.now())
    if (over === this.#closed) return
    const closed = await closeDays(deps, deadlineMs)
    if (closed === undefined || closed >= over) this.#closed = over
  }
}

async function keysUnder(objects: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  let after: string | undefined
  do {
    const page = await objects.list(prefix, after)
    keys.push(...page.objects.map(({ key }) => key))
    after = page.next
  } while (after !== undefined)
  return keys
}

async function textOf(objects: ObjectStore, key: string): Promise<string> {
  const head = await objects.head(key)
  const bytes = head && (await objects.read(key, { etag: head.etag, bytesMax: dailyDigestBytesMax }))
  if (!bytes) throw new Error(`${key} is listed and can't be read`)
  return Buffer.from(bytes).toString()
}
