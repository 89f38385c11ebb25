/** The largest assumed difference between the clocks of two machines: 10 minutes. Code that compares stored times allows for it. */
export const clockSkewMsMax = 600_000

/**
 * Milliseconds since a stored time (ISO 8601), at least 0. A time further in the future than any clock skew was written by a broken clock:
 * it counts as infinitely long ago, so that no row waits for it.
 */
export function elapsedMs(stored: string, nowMs: number): number {
  const ms = nowMs - Date.parse(stored)
  return ms < -clockSkewMsMax ? Number.POSITIVE_INFINITY : Math.max(0, ms)
}
