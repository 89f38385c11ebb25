import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type EventStream, followEvents, retryMs } from '../../console/live/follow-events.ts'
import { applyMessage, emptyState } from '../../console/live/state.ts'
import type { WireEvent } from '../../console/wire.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const [connecting, isOpen, closed] = [0, 1, 2]

/** A stream of events as a browser has it, under the hand of its server. */
class Stream implements EventStream {
  readyState = connecting
  #listeners: Record<string, (message: { data: string }) => void> = {}
  addEventListener(name: string, listen: (message: { data: string }) => void) {
    this.#listeners[name] = listen
  }
  close() {
    this.readyState = closed
  }
  /** The stack answers. */
  begin() {
    this.readyState = isOpen
    this.#tell('open')
  }
  send(name: string, content: object) {
    this.#tell(name, JSON.stringify(content))
  }
  sendEvents(...seqs: number[]) {
    const events = seqs.map((seq): Partial<WireEvent> => ({ seq }))
    this.send('batch', { events, skipped: 0, totals: {} })
  }
  /** The connection is lost, and the browser opens it again by itself. */
  lose() {
    this.readyState = connecting
    this.#tell('error')
  }
  /** The browser gives it up. */
  end() {
    this.readyState = closed
    this.#tell('error')
  }
  #tell(name: string, data = '') {
    this.#listeners[name]?.({ data })
  }
}

function followingPage() {
  const streams: Stream[] = []
  let state = emptyState
  const said: string[] = []
  followEvents({
    open() {
      const stream = new Stream()
      streams.push(stream)
      return stream
    },
    say: (connection) => void said.push(connection),
    tell: (name, content) => {
      state = applyMessage(state, name, content)
    },
  })
  const stream = (number: number): Stream => {
    const found = streams[number - 1]
    if (!found) throw new Error(`stream ${number} is not open`)
    return found
  }
  return { stream, said, opened: () => streams.length, seqs: () => state.events.map(({ seq }) => seq) }
}

describe('the stream of events', () => {
  it('goes on after a lost connection where it was', () => {
    const { stream, seqs, said } = followingPage()
    stream(1).begin()
    stream(1).sendEvents(1, 2)
    stream(1).lose()
    stream(1).begin()
    stream(1).sendEvents(3)
    expect([seqs(), said]).toEqual([
      [3, 2, 1],
      ['live', 'lost', 'live'],
    ])
  })

  it('is opened again when the browser has given it up, and shows nothing twice', async () => {
    const { stream, seqs, said, opened } = followingPage()
    stream(1).begin()
    stream(1).sendEvents(1, 2)
    stream(1).end()
    await vi.advanceTimersByTimeAsync(retryMs)
    stream(2).end()
    await vi.advanceTimersByTimeAsync(retryMs)
    // What was there is shown until there is something else.
    expect(seqs()).toEqual([2, 1])
    stream(3).begin()
    stream(3).sendEvents(1, 2, 3)
    expect([seqs(), said, opened()]).toEqual([[3, 2, 1], ['live', 'lost', 'lost', 'live'], 3])
  })
})
