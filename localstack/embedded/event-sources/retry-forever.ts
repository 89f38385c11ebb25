import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../seams.ts'

/** Runs a step until it succeeds. Rejects only when the signal aborts. */
export type Insist = <T>(what: string, step: () => Promise<T>) => Promise<T>

/** Services come and go while the stack starts and stops; a poller outlasts that, saying so once per trouble. */
export function insister(options: {
  who: string
  log: Log
  retryDelayMs: (failures: number) => number
  signal: AbortSignal
}): Insist {
  const { who, log, retryDelayMs, signal } = options
  return async (what, step) => {
    for (let failures = 1; ; failures++) {
      try {
        return await step()
      } catch (error) {
        signal.throwIfAborted()
        if (failures === 1) log.warn(`${who}: ${what} failed (${error}); retrying`)
        await delay(retryDelayMs(failures), undefined, { signal })
      }
    }
  }
}
