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

interface Tab {
  stream(number: number): Stream
  streams: Stream[]
  said: string[]
  seqs(): number[]
  setHidden(hidden: boolean): void
  openStreams(): number
}

/** The tabs of one browser. */
function browser() {
  const tabs: Tab[] = []
  const told: { by: object; listen: () => void }[] = []

  function openTab(): Tab {
    const streams: Stream[] = []
    const said: string[] = []
    const tab = {}
    let isHidden = false
    let state = emptyState
    let seen = () => {}
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
      visibility: {
        isHidden: () => isHidden,
        onChange(listen) {
          seen = listen
          return () => {}
        },
      },
      otherTabs: {
        tell() {
          for (const { by, listen } of told) if (by !== tab) listen()
        },
        onTold: (listen) => void told.push({ by: tab, listen }),
      },
    })
    const stream = (number: number): Stream => {
      const found = streams[number - 1]
      if (!found) throw new Error(`stream ${number} is not open`)
      return found
    }
    const setHidden = (hidden: boolean) => {
      isHidden = hidden
      seen()
    }
    const seqs = () => state.events.map(({ seq }) => seq)
    const openStreams = () => streams.filter(({ readyState }) => readyState !== closed).length
    const opened = { stream, said, setHidden, seqs, openStreams, streams }
    tabs.push(opened)
    return opened
  }

  /** Leaves the others for this one. */
  function goTo(tab: Tab) {
    for (const each of tabs) each.setHidden(each !== tab)
  }
  const openStreams = () => tabs.reduce((sum, tab) => sum + tab.openStreams(), 0)
  return { openTab, goTo, openStreams }
}

describe('the stream of events', () => {
  it('goes on after a lost connection where it was', () => {
    const { stream, seqs, said } = browser().openTab()
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
    const { stream, seqs, said, streams } = browser().openTab()
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
    expect([seqs(), said, streams.length]).toEqual([[3, 2, 1], ['live', 'lost', 'lost', 'live'], 3])
  })

  it('is left by hidden tabs to the one that is seen, as a browser has six connections to a host', () => {
    const { openTab, goTo, openStreams } = browser()
    const tabs = Array.from({ length: 8 }, () => {
      const tab = openTab()
      goTo(tab)
      return tab
    })
    expect(openStreams()).toBeLessThanOrEqual(2)
    const [first] = tabs
    if (!first) throw new Error('no tab')
    goTo(first)
    expect([first.openStreams(), openStreams() <= 2]).toEqual([1, true])
  })

  it('begins anew in a tab that is seen again', () => {
    const { openTab, goTo } = browser()
    const tab = openTab()
    tab.stream(1).begin()
    tab.stream(1).sendEvents(1, 2)
    tab.setHidden(true)
    const other = openTab()
    expect(tab.openStreams()).toBe(0)
    goTo(tab)
    tab.stream(2).begin()
    tab.stream(2).sendEvents(2, 3)
    expect([tab.seqs(), tab.said]).toEqual([
      [3, 2],
      ['live', 'connecting', 'live'],
    ])
    expect(other.openStreams()).toBe(1)
  })

  it('is not opened again in a hidden tab that has left it, though the browser had just given it up', async () => {
    const { openTab } = browser()
    const tab = openTab()
    tab.stream(1).end()
    tab.setHidden(true)
    openTab()
    await vi.advanceTimersByTimeAsync(2 * retryMs)
    expect(tab.streams).toHaveLength(1)
    tab.setHidden(false)
    expect(tab.streams).toHaveLength(2)
  })

  it('goes on while its tab is hidden and there is no other: somebody watches by looking later', () => {
    const { openTab } = browser()
    const tab = openTab()
    tab.stream(1).begin()
    tab.setHidden(true)
    tab.stream(1).sendEvents(1)
    tab.setHidden(false)
    expect([tab.streams.length, tab.seqs(), tab.said]).toEqual([1, [1], ['live']])
  })
})
