import { signal } from '@preact/signals'
import { type Connection, followEvents } from './follow-events.ts'
import { otherTabs } from './other-tabs.ts'
import { pageVisibility } from './page-visibility.ts'
import { applyMessage, emptyState } from './state.ts'

export const connection = signal<Connection>('connecting')
export const live = signal(emptyState)

/** Follows the stack's events. */
export function connect(address: string): void {
  followEvents({
    open: () => new EventSource(address),
    visibility: pageVisibility,
    otherTabs: otherTabs(),
    say: (is) => {
      connection.value = is
    },
    tell: (name, content) => {
      live.value = applyMessage(live.value, name, content)
    },
  })
}
