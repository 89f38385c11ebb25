import { EventEmitter } from 'node:events'
import type { EventListener } from 'embedded-aws/extension'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createWatch } from '../../localstack/steadfast/console/watch.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

/** A browser's end of the stream. */
class Reader extends EventEmitter {
  writableNeedDrain = false
  status = 0
  text = ''
  writeHead(status: number) {
    this.status = status
    return this
  }
  write(text: string) {
    this.text += text
  }
  end() {
    this.emit('close')
  }
}

function watching({ promises = async () => holds } = {}) {
  const listeners = new Set<EventListener>()
  const warnings: string[] = []
  let rests = 0
  let recordings = 0
  const watch = createWatch({
    host: {
      onEvent: (listen) => {
        listeners.add(listen)
        return () => void listeners.delete(listen)
      },
      faultRules: () => [],
      log: { info() {}, warn: (message) => void warnings.push(message) },
    },
    topology: { subscribers: [], sagas: [] },
    rowHistory: {
      begin() {
        recordings++
        return () => void recordings--
      },
    },
    sources: {
      depths: async () => ({ outbox: 0, queues: [], liveSagas: 0 }),
      promises,
      timelines: async () => undefined,
      row: async () => undefined,
      rowChanges: async () => undefined,
      saga: async () => undefined,
      operate: async () => ({ status: 200, isReplayed: false, text: '' }),
      doubleClick: async () => ({ key: '', answers: [], isSameBytes: true }),
      rows: async () => undefined,
      replay: async () => undefined,
      scenarios: async () => [],
      load: () => ({ ended: Promise.resolve(), stop: async () => {} }),
      play: () => ({ ended: Promise.resolve(), go() {}, stop: async () => {} }),
      rest: () => void rests++,
      stop: async () => {},
    },
  })
  const open = () => {
    const reader = new Reader()
    watch.serve({ headers: {} } as never, reader as never)
    return reader
  }
  return { watch, open, listeners, warnings, rests: () => rests, recordings: () => recordings }
}
const holds = { checkedAt: '', ms: 1, invariants: [], sagas: {} }
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('watching the stack', () => {
  it('ends some seconds after the last one has left, and begins anew with the next', async () => {
    const { watch, open, listeners, rests, recordings } = watching()
    const readers = [open(), open()]
    expect([listeners.size, recordings()]).toEqual([1, 1])
    for (const reader of readers) reader.end()
    vi.advanceTimersByTime(4_000)
    expect(listeners.size).toBe(1)
    vi.advanceTimersByTime(2_000)
    expect([listeners.size, rests(), recordings()]).toEqual([0, 1, 0])
    open()
    expect(listeners.size).toBe(1)
    await watch.stop()
  })

  it('goes on for who reloads the page', async () => {
    const { watch, open, listeners, rests } = watching()
    open().end()
    vi.advanceTimersByTime(4_000)
    open()
    vi.advanceTimersByTime(10_000)
    expect([listeners.size, rests()]).toEqual([1, 0])
    await watch.stop()
  })

  it('checks again at once when that is asked for while a check runs', async () => {
    const ends: (() => void)[] = []
    const { watch, open } = watching({
      promises: () => new Promise((resolve) => void ends.push(() => resolve(holds))),
    })
    open()
    watch.check()
    ends[0]?.()
    await settle()
    expect(ends).toHaveLength(2)
    await watch.stop()
  })

  it('says once what it cannot read, since a stack that is being broken fails calls', async () => {
    const { watch, open, warnings } = watching({
      promises: async () => {
        throw new Error('throttled')
      },
    })
    open()
    await settle()
    expect(warnings).toEqual([expect.stringMatching(/could not read the promises.*throttled/)])
    await watch.stop()
    await settle()
    expect(warnings).toHaveLength(1)
  })

  it('is refused to more than can be told', async () => {
    const { watch, open } = watching()
    const readers = Array.from({ length: 21 }, open)
    expect(readers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([503])
    await watch.stop()
  })
})
