import { describe, expect, it } from 'vitest'
import { createWakeups } from '../../wakeups.ts'

const never = new AbortController().signal
const longMs = 60_000

/** True when the promise has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol()
  await new Promise((resolve) => setImmediate(resolve))
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending
}

describe('a wake-up', () => {
  it('reaches every waiter of its topic, and no other', async () => {
    const wakeups = createWakeups()
    const stop = new AbortController()
    const options = { timeoutMs: longMs, signal: stop.signal }
    const [first, second, other] = [wakeups.wait('a', options), wakeups.wait('a', options), wakeups.wait('b', options)]
    wakeups.notify('a')
    await Promise.all([first, second])
    expect(await isSettled(other)).toBe(false)
    stop.abort()
    await other
  })

  it('is not kept for later waiters', async () => {
    const wakeups = createWakeups()
    const stop = new AbortController()
    wakeups.notify('a')
    const waiting = wakeups.wait('a', { timeoutMs: longMs, signal: stop.signal })
    expect(await isSettled(waiting)).toBe(false)
    stop.abort()
    await waiting
  })

  it('arrives after the timeout, and at once when the signal aborts', async () => {
    const wakeups = createWakeups()
    await wakeups.wait('a', { timeoutMs: 1, signal: never })
    await wakeups.wait('a', { timeoutMs: longMs, signal: AbortSignal.abort() })
  })
})
