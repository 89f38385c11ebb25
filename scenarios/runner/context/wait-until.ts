import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Polls `read` until `isDone` accepts its answer, and returns that answer. A target that is slow to answer has as long without a poll, for
 * what is waited for. Throws when the timeout is over, or the signal aborts.
 */
export type WaitUntil = <T>(what: string, read: () => Promise<T>, isDone: (answer: T) => boolean) => Promise<T>

const pollMsMin = 60

/**
 * What one poll takes on an idle machine, rounded up. On a busy machine polls take longer, and the timeout alone would allow fewer of
 * them: a wait ends only when the number of polls that fit the timeout on an idle machine has been made as well.
 */
const pollMsMax = 100

export function waitUntilWithin(timeoutMs: number, signal?: AbortSignal): WaitUntil {
  return async (what, read, isDone) => {
    const deadlineMs = performance.now() + timeoutMs
    const pollsMin = timeoutMs / pollMsMax
    for (let polls = 1; ; polls++) {
      signal?.throwIfAborted()
      const readAtMs = performance.now()
      const answer = await read()
      if (isDone(answer)) return answer
      if (polls > pollsMin && performance.now() > deadlineMs) throw timedOut(what, timeoutMs)
      await sleep(Math.max(pollMsMin, performance.now() - readAtMs))
    }
  }
}

/** Rejects when the promise has not resolved within `timeoutMs`. */
export async function within(timeoutMs: number, what: string, promise: Promise<void>): Promise<void> {
  const timer = new AbortController()
  const timeout = sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw timedOut(what, timeoutMs)
  })
  await Promise.race([promise, timeout]).finally(() => timer.abort())
}

function timedOut(what: string, timeoutMs: number): Error {
  return new Error(`timed out after ${timeoutMs / 1000} s waiting for ${what}`)
}
