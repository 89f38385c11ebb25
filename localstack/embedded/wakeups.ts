import type { Wakeups } from './ports.ts'

/**
 * Wake-ups inside one process. A `notify` reaches those who wait at that moment and is not kept: whoever looks for work calls
 * `wait` first, looks, and only then awaits, so that work which arrives while looking is not slept through.
 */
export function createWakeups(): Wakeups {
  const sleepers = new Map<string, Set<() => void>>()

  return {
    notify(topic) {
      const waiting = sleepers.get(topic)
      if (!waiting) return
      sleepers.delete(topic)
      for (const wake of waiting) wake()
    },

    wait(topic, { timeoutMs, signal }) {
      if (signal.aborted) return Promise.resolve()
      return new Promise((resolve) => {
        const waiting = sleepers.get(topic) ?? new Set()
        sleepers.set(topic, waiting)
        const wake = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', wake)
          waiting.delete(wake)
          if (waiting.size === 0 && sleepers.get(topic) === waiting) sleepers.delete(topic)
          resolve()
        }
        const timer = setTimeout(wake, timeoutMs)
        signal.addEventListener('abort', wake, { once: true })
        waiting.add(wake)
      })
    },
  }
}
