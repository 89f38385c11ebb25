import type { DomainEvent } from '../../domain/event.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { parseRequestRecord, retentionHours } from '../../tables/request-keys.ts'
import type { Row, Store } from '../../tables/store.ts'

/** What a request was answered, and every duplicate of it is still answered until the key expires. */
export interface GivenAnswer {
  /** Method and route. */
  operation: string
  status: number
  body: string
  at: string
  expiresAt: string
}

/** A key is kept a little longer than it is promised to be. */
const keptMs = (retentionHours + 1) * 3_600_000

/**
 * The kept answers of these events' requests, by `<aggregate's key> <seq>`. One scan of the request keys; none when they have expired. Keys
 * that clients chose are not returned.
 */
export async function readAnswers(
  { store, nowMs, pause }: { store: Store; nowMs: number; pause?: () => Promise<void> },
  events: readonly DomainEvent[],
): Promise<Map<string, GivenAnswer>> {
  const wanted = new Set(
    events
      .filter(({ requestKeyHash, recordedAt }) => requestKeyHash && nowMs - Date.parse(recordedAt) < keptMs)
      .map(({ tenant, aggregate, seq }) => `${aggregateKey(tenant, aggregate)} ${seq}`),
  )
  const answers = new Map<string, GivenAnswer>()
  if (wanted.size === 0) return answers
  let after: Row | undefined
  do {
    const page = await store.scan({ table: 'RequestKeys', after })
    for (const row of page.rows) {
      const name = `${row.aggregate} ${row.seq}`
      if (!wanted.has(name)) continue
      const { answer, createdAt: at, expiresAt } = parseRequestRecord(row)
      const [, , , operation = ''] = String(row.pk).split('#')
      const { status, body } = answer
      answers.set(name, { operation, status, body, at, expiresAt: new Date(expiresAt * 1_000).toISOString() })
    }
    after = page.next
    await pause?.()
  } while (after)
  return answers
}
