/** The largest assumed difference between the clocks of two machines: 10 minutes. Code that compares stored times allows for it. */
export const clockSkewMsMax = 600_000

/**
 * Milliseconds since a stored time (ISO 8601, or milliseconds since the Unix epoch), at least 0. A time further in the future than any
 * clock skew was written by a broken clock: it counts as infinitely long ago, so that no row waits for it.
 */
export function elapsedMs(stored: string | number, nowMs: number): number {
  const ms = nowMs - (typeof stored === 'number' ? stored : Date.parse(stored))
  return ms < -clockSkewMsMax ? Number.POSITIVE_INFINITY : Math.max(0, ms)
}

/**
 * Whether a stored deadline (ISO 8601) has passed that was set `lifeMs` ahead. One that a broken clock has set further ahead has passed
 * too: nothing goes on for longer than intended.
 */
export function hasPassed(deadline: string, lifeMs: number, nowMs: number): boolean {
  const remainingMs = Date.parse(deadline) - nowMs
  return remainingMs <= 0 || remainingMs > lifeMs + clockSkewMsMax
}
