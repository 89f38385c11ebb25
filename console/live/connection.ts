import { signal } from '@preact/signals'
import type { Messages } from '../wire.ts'
import { applyMessage, emptyState } from './state.ts'

/** `lost`: the stack does not answer. The browser tries again by itself. */
export type Connection = 'connecting' | 'live' | 'lost'

export const connection = signal<Connection>('connecting')
export const live = signal(emptyState)

const names: readonly (keyof Messages)[] = ['hello', 'reset', 'batch', 'second', 'depths', 'promises', 'faults']
const retryMs = 1_000

/** Follows the stack's events. A browser gives a stream up for good after some answers; this one never does. */
export function connect(address: string): void {
  const source = new EventSource(address)
  source.onopen = () => {
    connection.value = 'live'
  }
  source.onerror = () => {
    connection.value = 'lost'
    if (source.readyState === EventSource.CLOSED) setTimeout(() => connect(address), retryMs)
  }
  for (const name of names)
    source.addEventListener(name, (message) => {
      live.value = applyMessage(live.value, name, JSON.parse(message.data))
    })
}
