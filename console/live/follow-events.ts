import type { Messages } from '../wire.ts'

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
  say(connection: Connection): void
  /** Gets each message; `reset` also when a stream begins anew. */
  tell(name: keyof Messages, content: Messages[keyof Messages]): void
}

const names: readonly (keyof Messages)[] = ['hello', 'reset', 'batch', 'second', 'depths', 'promises', 'faults']
export const retryMs = 1_000
/** `EventSource.CLOSED` */
const closed = 2

/** Follows the stack's events. A browser gives a stream up for good after some answers; this one never does. */
export function followEvents(following: Following): void {
  const { open, say, tell } = following
  const stream = open()
  let isFirstOpening = true
  stream.addEventListener('open', () => {
    // A new stream begins with the newest events, though some of them may have come before; one that the browser opens again goes on.
    if (isFirstOpening) tell('reset', {})
    isFirstOpening = false
    say('live')
  })
  stream.addEventListener('error', () => {
    say('lost')
    if (stream.readyState === closed) setTimeout(() => followEvents(following), retryMs)
  })
  for (const name of names) stream.addEventListener(name, ({ data }) => tell(name, JSON.parse(data)))
}
