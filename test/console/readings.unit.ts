import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fetched } from '../../console/live/fetched.ts'
import { createReadings, settleMs } from '../../console/live/readings.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Reading {
  of: string
  answer: (value: string) => Promise<void>
  fail: () => Promise<void>
}

/** A page that asks, with the readings that it began and the answers that it showed. */
function askingPage() {
  const begun: Reading[] = []
  const shown: string[] = []
  const readings = createReadings<string>((asked, fetched) => {
    shown.push(`${asked}: ${fetched.status === 'there' ? fetched.value : fetched.status}`)
  })
  const ask = (asked: string, turn: unknown = 0, pulse: unknown = 0) =>
    readings.look({
      asked,
      turn,
      pulse,
      rests: (value) => value === 'ended',
      read: () => {
        const { promise, resolve } = Promise.withResolvers<Fetched<string>>()
        const end = async (fetched: Fetched<string>) => {
          resolve(fetched)
          await settle(0)
        }
        begun.push({
          of: asked,
          answer: (value) => end({ status: 'there', value }),
          fail: () => end({ status: 'failed', why: 'the stack does not answer' }),
        })
        return promise
      },
    })
  const reading = (number: number): Reading => {
    const found = begun[number - 1]
    if (!found) throw new Error(`reading ${number} has not begun`)
    return found
  }
  return { ask, begun, shown, reading, stop: readings.stop }
}

const settle = (ms = settleMs) => vi.advanceTimersByTimeAsync(ms)

describe('what a page asks the stack', () => {
  it('is read at once, and again a moment after its turn', async () => {
    const { ask, begun, reading, shown } = askingPage()
    ask('list')
    await reading(1).answer('a')
    ask('list', 1)
    expect(begun).toHaveLength(1)
    await settle()
    await reading(2).answer('b')
    expect(shown).toEqual(['list: a', 'list: b'])
  })

  it('is read while turns never pause', async () => {
    const { ask, begun, reading } = askingPage()
    ask('life')
    await reading(1).answer('a')
    for (let turn = 1; turn <= 12; turn++) {
      ask('life', turn)
      await settle(250)
      await begun.at(-1)?.answer('more')
    }
    expect(begun.length).toBeGreaterThan(5)
  })

  it('is not shown as it was before what is shown', async () => {
    const { ask, reading, shown } = askingPage()
    ask('list')
    ask('list', 1)
    await settle()
    await reading(2).answer('new')
    await reading(1).answer('old')
    expect(shown).toEqual(['list: new'])
  })

  it('is forgotten when something else is asked, though it is asked again later', async () => {
    const { ask, reading, shown } = askingPage()
    ask('first')
    ask('second')
    ask('first')
    await reading(3).answer('new')
    await reading(1).answer('old')
    await reading(2).answer('another')
    expect(shown).toEqual(['first: new'])
  })

  it('is not read once the page is gone', async () => {
    const { ask, begun, reading, shown, stop } = askingPage()
    ask('list')
    ask('list', 1)
    stop()
    await settle()
    await reading(1).answer('late')
    expect([begun.length, shown]).toEqual([1, []])
  })
})

describe('what changes by itself', () => {
  it('is read again at each pulse, until an answer says that it changes no more', async () => {
    const { ask, begun, reading } = askingPage()
    ask('saga', 0, 1)
    await reading(1).answer('runs')
    ask('saga', 0, 2)
    await settle()
    await reading(2).answer('ended')
    ask('saga', 0, 3)
    await settle()
    expect(begun).toHaveLength(2)
    // But when somebody did something about it.
    ask('saga', 1, 3)
    await settle()
    expect(begun).toHaveLength(3)
  })

  it('is read again at a pulse after a failure, whatever was answered to another question before', async () => {
    const { ask, begun, reading, shown } = askingPage()
    ask('first', 0, 1)
    await reading(1).answer('ended')
    ask('second', 0, 1)
    await reading(2).fail()
    ask('second', 0, 2)
    await settle()
    await reading(3).answer('runs')
    expect([begun.length, shown]).toEqual([3, ['first: ended', 'second: failed', 'second: runs']])
  })

  it('is read again at a pulse after a failure, though it rested before', async () => {
    const { ask, begun, reading } = askingPage()
    ask('saga', 0, 1)
    await reading(1).answer('ended')
    ask('saga', 1, 1)
    await settle()
    await reading(2).fail()
    ask('saga', 1, 2)
    await settle()
    expect(begun).toHaveLength(3)
  })

  it('is not read twice at a time for a pulse: that is seen to when the answer is there', async () => {
    const { ask, begun, reading } = askingPage()
    ask('list', 0, 1)
    for (const pulse of [2, 3]) {
      ask('list', 0, pulse)
      await settle()
    }
    expect(begun).toHaveLength(1)
    await reading(1).answer('a')
    await settle()
    expect(begun).toHaveLength(2)
    ask('list', 0, 4)
    await reading(2).answer('ended')
    await settle()
    expect(begun).toHaveLength(2)
  })
})
