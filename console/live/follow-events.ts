import type { Messages } from '../wire.ts'
import type { OtherTabs } from './other-tabs.ts'
import type { Visibility } from './visibility.ts'

/** `lost`: the stack does not answer. The browser tries again by itself. */
export type Connection = 'connecting' | 'live' | 'lost'

/** What is used of a browser's `EventSource`. */
export interface EventStream {
  readonly readyState: number
  addEventListener(name: string, listen: (message: { data: string }) => void): void
  close(): void
}

export interface Following {
  open(): EventStream
  visibility: Visibility
  otherTabs: OtherTabs
  say(connection: Connection): void
  /** Gets each message; `reset` also when a stream begins anew. */
  tell(name: keyof Messages, content: Messages[keyof Messages]): void
}

const names: readonly (keyof Messages)[] = ['hello', 'reset', 'batch', 'second', 'depths', 'promises', 'faults']
export const retryMs = 1_000
/** `EventSource.CLOSED` */
const closed = 2

/**
 * Follows the stack's events. A browser gives a stream up for good after some answers; this one never does.
 *
 * A browser has six connections to a host, and each stream takes one: with six tabs no command would be sent any more. So a hidden tab
 * leaves its stream when another one opens its own, and begins anew when it is seen. A tab that is hidden by something else goes on: the
 * stack records only what somebody watches.
 */
export function followEvents({ open, visibility, otherTabs, say, tell }: Following): void {
  let stream: EventStream | undefined
  let retry: ReturnType<typeof setTimeout> | undefined

  function begin() {
    // The others first: they may have all connections.
    otherTabs.tell()
    const begun = open()
    let isFirstOpening = true
    begun.addEventListener('open', () => {
      // A new stream begins with the newest events, though some of them may have come before; one that the browser opens again goes on.
      if (isFirstOpening) tell('reset', {})
      isFirstOpening = false
      say('live')
    })
    begun.addEventListener('error', () => {
      say('lost')
      if (begun.readyState === closed) retry = setTimeout(begin, retryMs)
    })
    for (const name of names) begun.addEventListener(name, ({ data }) => tell(name, JSON.parse(data)))
    stream = begun
  }

  otherTabs.onTold(() => {
    if (!visibility.isHidden()) return
    clearTimeout(retry)
    stream?.close()
    stream = undefined
  })
  visibility.onChange(() => {
    if (visibility.isHidden() || stream) return
    say('connecting')
    begin()
  })
  begin()
}
