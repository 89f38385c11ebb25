import { signal } from '@preact/signals'

/** Epoch milliseconds, by the second: for what is said to be so long ago. */
export const now = signal(Date.now())

setInterval(() => {
  now.value = Date.now()
}, 1_000)
