/** How far the clocks of two machines may differ. Whoever judges a stored time allows for it. */
export const clockSkewMsMax = 600_000

/**
 * How long ago a stored time is, in milliseconds; at least 0. A time that is further ahead than clocks may differ was written by a broken
 * clock and tells nothing: it counts as long ago, so that no row waits for it.
 */
export function elapsedMs(stored: string, nowMs: number): number {
  const ms = nowMs - Date.parse(stored)
  return ms < -clockSkewMsMax ? Number.POSITIVE_INFINITY : Math.max(0, ms)
}
