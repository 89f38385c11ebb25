import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { poll, type Reading } from '../../console/api-console/poll.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const pace = { everyMs: 5_000, slowestMs: 60_000 }

/** A page that is polled, with the seconds at which it was read. */
function polledPage(read: () => Promise<Reading> = async () => ({ isOk: true })) {
  const began = Date.now()
  const readAt: number[] = []
  const listeners = new Set<() => void>()
  let hidden = false
  const stop = poll(
    () => {
      readAt.push((Date.now() - began) / 1_000)
      return read()
    },
    {
      isHidden: () => hidden,
      onChange: (listen) => {
        listeners.add(listen)
        return () => void listeners.delete(listen)
      },
    },
    pace,
  )
  const setHidden = (next: boolean) => {
    hidden = next
    for (const listen of listeners) listen()
  }
  return { readAt, stop, setHidden, listeners }
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1_000)

describe('polling', () => {
  it('reads at once, and then every few seconds', async () => {
    const { readAt } = polledPage()
    await seconds(12)
    expect(readAt).toEqual([0, 5, 10])
  })

  it('waits twice as long after each failure, up to a minute, and is quick again after a success', async () => {
    let isOk = false
    const { readAt } = polledPage(async () => ({ isOk }))
    await seconds(250)
    expect(readAt).toEqual([0, 10, 30, 70, 130, 190, 250])
    isOk = true
    await seconds(66)
    expect(readAt.slice(-2)).toEqual([310, 315])
  })

  it('waits as long as the API asks for', async () => {
    const { readAt } = polledPage(async () => ({ isOk: false, retryAfterMs: 90_000 }))
    await seconds(91)
    expect(readAt).toEqual([0, 90])
  })

  it('never reads twice at a time, however slow an answer is', async () => {
    const { readAt, setHidden } = polledPage(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20_000))
      return { isOk: true }
    })
    await seconds(10)
    setHidden(true)
    setHidden(false)
    await seconds(16)
    expect(readAt).toEqual([0, 25])
  })

  it('pauses while nobody sees the page, and reads when somebody does', async () => {
    const { readAt, setHidden } = polledPage()
    await seconds(6)
    setHidden(true)
    await seconds(3_600)
    expect(readAt).toEqual([0, 5])
    setHidden(false)
    await seconds(5)
    expect(readAt).toEqual([0, 5, 3_606, 3_611])
  })

  it('ends when it is stopped, during a reading too', async () => {
    const { readAt, stop, listeners } = polledPage()
    stop()
    await seconds(60)
    expect([readAt, listeners.size]).toEqual([[0], 0])
  })
})
