/** Epoch milliseconds with fractions, by a clock that never goes back: what one process measures with it can be put in order. */
export function monotonicNowMs(): number {
  return performance.timeOrigin + performance.now()
}
