// @ts-check
/**
 * Puts a clock that can be moved in place of `Date` and answers how to move it. To be called before any code that may keep
 * `Date.now` for later. What measures time (timers, `performance.now`) goes on as ever, as on a machine whose clock is wrong.
 */
export function movableClock() {
  const trueNow = Date.now
  let skewMs = 0
  const now = () => trueNow() + skewMs
  Date.now = now
  // A proxy, not a subclass: whatever makes a Date, `instanceof` and `constructor` say what they always said.
  const moved = new Proxy(Date, {
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: (target) => new target(now()).toString(),
  })
  Date.prototype.constructor = moved
  globalThis.Date = moved
  return {
    trueNow,
    /** @param {number} ms how far the clock is ahead of the true time; negative for behind */
    skew(ms) {
      skewMs = ms
    },
  }
}
