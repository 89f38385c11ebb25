import { describe, expect, it } from 'vitest'
import { waitUntilWithin, within } from '../../scenarios/runner/context/wait-until.ts'

describe('waitUntilWithin', () => {
  it('returns the first answer that is accepted', async () => {
    let reads = 0
    const until = waitUntilWithin(60_000)
    expect(
      await until(
        'the third read',
        async () => ++reads,
        (answer) => answer === 3,
      ),
    ).toBe(3)
  })

  it('throws what it waited for, and how long', async () => {
    const until = waitUntilWithin(100)
    await expect(until('Godot', async () => false, Boolean)).rejects.toThrow('timed out after 0.1 s waiting for Godot')
  })

  it('reads as often on a slow machine as on a fast one before it times out', async () => {
    let reads = 0
    const slowRead = async () => {
      await new Promise((resolve) => setTimeout(resolve, 150))
      return ++reads
    }
    await expect(waitUntilWithin(300)('nothing', slowRead, () => false)).rejects.toThrow('timed out')
    expect(reads).toBeGreaterThan(3)
  })

  it('leaves a slow target as long alone as a read takes', async () => {
    const times: number[] = []
    const slowRead = async () => {
      times.push(performance.now())
      await new Promise((resolve) => setTimeout(resolve, 100))
      times.push(performance.now())
      return times.length === 4
    }
    await waitUntilWithin(60_000)('the second read', slowRead, Boolean)
    const [began = 0, ended = 0, again = 0] = times
    // Timers may fire a millisecond early.
    expect(again - ended).toBeGreaterThanOrEqual(ended - began - 2)
  })

  it('stops when the signal aborts', async () => {
    const abort = new AbortController()
    const read = async () => abort.abort(new Error('stopped'))
    await expect(waitUntilWithin(60_000, abort.signal)('nothing', read, () => false)).rejects.toThrow('stopped')
  })
})

describe('within', () => {
  it('resolves with the promise, and rejects when the promise takes too long', async () => {
    await within(60_000, 'nothing', Promise.resolve())
    await expect(within(20, 'the end', new Promise(() => {}))).rejects.toThrow('waiting for the end')
  })
})
