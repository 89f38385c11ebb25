import * as z from 'zod'
import type { Condition } from './condition.ts'
import { tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * `RateLimits`: how many requests of one tenant were given to environments in one window of time. A window has a row of its own, so a
 * wrong clock spends from another window and never blocks one. No row is read or changed after its window: TTL deletes it.
 */
const table = 'RateLimits'

/** Keeps the row past any clock skew. */
const keptSeconds = 3_600

/** A span of `windowMs` since the Unix epoch, by number. */
export interface Window {
  number: number
  windowMs: number
}

/** What environments have taken of one window of a tenant. `expiresAt` is in epoch seconds. */
export const RateCounter = z.object({ tenant: z.string(), taken: z.int().positive(), expiresAt: z.int() })
export type RateCounter = z.infer<typeof RateCounter>

/** Throws `ZodError` when the row is not a counter. */
export function parseRateCounter(row: Row): RateCounter {
  return RateCounter.parse(row)
}

/** Takes `count` requests of the `max` that a tenant may make in the window. Fails its condition when fewer are left. */
export function takeRequests(
  tenant: string,
  { number, windowMs }: Window,
  { count, max }: { count: number; max: number },
): Write {
  const when: Condition = {
    any: [
      { attribute: 'taken', is: 'absent' },
      { attribute: 'taken', atMost: max - count },
    ],
  }
  const expiresAt = Math.ceil(((number + 1) * windowMs) / 1_000) + keptSeconds
  const key = { pk: tenantKey(tenant, 'RATE', String(number)) }
  return { kind: 'update', table, key, set: { tenant, expiresAt }, add: { taken: count }, when }
}
