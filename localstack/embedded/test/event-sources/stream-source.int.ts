import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import type { InvokeResult } from '../../ports.ts'
import { accept, type StreamFixture, streamFixture } from './stream-fixture.ts'

let fixture: StreamFixture
let nowMs = Date.parse('2026-01-01T00:00:00Z')
beforeEach(() => {
  nowMs = Date.parse('2026-01-01T00:00:00Z')
  fixture = streamFixture({ now: () => new Date(nowMs) })
})
afterEach(() => fixture.remove())

const lastConsumed = () => fixture.consumed.at(-1)

describe('a stream that feeds a function', () => {
  it("delivers each record in order, those before the start too, in Lambda's format", async () => {
    fixture.put('a')
    let seen: unknown
    fixture.start((records) => {
      seen ??= records[0]
      return accept(records)
    })
    await expect.poll(lastConsumed).toBe('1')
    fixture.put('b', 'c')
    await expect.poll(lastConsumed).toBe('3')
    expect(fixture.batches).toEqual([['a'], ['b', 'c']])
    expect(seen).toEqual({
      eventID: '1',
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: nowMs / 1000,
        Keys: { pk: { S: 'a' } },
        NewImage: { pk: { S: 'a' } },
        SequenceNumber: '1',
        StreamViewType: 'NEW_IMAGE',
      },
      eventSourceARN: 'arn:aws:dynamodb:us-east-1:000000000000:table/Outbox/stream/label',
    })
  })

  it('misses no record that arrives while it polls', async () => {
    let first = true
    fixture.afterCall((operation) => {
      if (operation === 'GetRecords' && first) {
        first = false
        fixture.put('a')
      }
    })
    fixture.start(accept)
    await expect.poll(() => fixture.batches).toEqual([['a']])
  })

  it('runs one batch at a time, none larger than the batch size', async () => {
    fixture.put('a', 'b', 'c', 'd', 'e')
    let running = 0
    fixture.start(
      async () => {
        if (++running > 1) throw new Error('two batches at once')
        await new Promise((resolve) => setTimeout(resolve, 2))
        running--
        return { status: 'succeeded', payload: null }
      },
      { batchSize: 2 },
    )
    await expect.poll(lastConsumed).toBe('5')
    expect(fixture.batches).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  })

  it('never builds an event larger than Lambda accepts', async () => {
    const huge = 'x'.repeat(2.5 * 1024 * 1024)
    fixture.put(`1${huge}`, `2${huge}`, `3${huge}`)
    fixture.start(accept)
    await expect.poll(lastConsumed).toBe('3')
    expect(fixture.batches.map((batch) => batch.length)).toEqual([1, 1, 1])
  })

  it('counts the bytes of an event, not its characters', async () => {
    const wide = '€'.repeat(400_000)
    fixture.put(...['1', '2', '3', '4', '5', '6'].map((id) => `${id}${wide}`))
    const sizes: number[] = []
    fixture.start((Records) => {
      sizes.push(Buffer.byteLength(JSON.stringify({ Records })))
      return accept(Records)
    })
    await expect.poll(lastConsumed).toBe('6')
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024)
    expect(sizes).toHaveLength(3)
  })

  it('collects a batch during its batching window', async () => {
    fixture.start(accept, { maximumBatchingWindowSeconds: 0.3 })
    fixture.put('a')
    fixture.put('b')
    await expect.poll(lastConsumed).toBe('2')
    expect(fixture.batches).toEqual([['a', 'b']])
  })

  it('delivers only what its filter matches; an empty batch invokes nothing and is consumed', async () => {
    fixture.start(accept, { filterPatterns: ['{"dynamodb":{"NewImage":{"pk":{"S":[{"prefix":"yes"}]}}}}'] })
    fixture.put('no-1', 'no-2')
    await expect.poll(lastConsumed).toBe('2')
    expect(fixture.batches).toEqual([])
    fixture.put('no-3', 'yes-1', 'no-4', 'yes-2')
    await expect.poll(() => fixture.batches).toEqual([['yes-1', 'yes-2']])
  })

  it('starts at LATEST when configured, and a restart does not move that position', async () => {
    fixture.put('old')
    const first = fixture.start(accept, { startingPosition: 'LATEST' })
    await expect.poll(lastConsumed).toBe('1')
    await first.stop()
    fixture.put('new')
    fixture.start(accept, { startingPosition: 'LATEST' })
    await expect.poll(lastConsumed).toBe('2')
    expect(fixture.batches).toEqual([['new']])
  })

  it('at LATEST of an empty stream delivers everything that follows, even while it was stopped', async () => {
    const first = fixture.start(accept, { startingPosition: 'LATEST' })
    await expect.poll(lastConsumed).toBe('0')
    await first.stop()
    fixture.put('new')
    fixture.start(accept, { startingPosition: 'LATEST' })
    await expect.poll(() => fixture.batches).toEqual([['new']])
  })
})

describe('a start after a stop', () => {
  it('continues after the last acknowledged record', async () => {
    fixture.put('a', 'b')
    const first = fixture.start(accept)
    await expect.poll(lastConsumed).toBe('2')
    await first.stop()
    fixture.put('c')
    fixture.start(accept)
    await expect.poll(() => fixture.batches).toEqual([['a', 'b'], ['c']])
  })

  it('delivers again what the function did not finish', async () => {
    fixture.put('a', 'b')
    const cutOff = Promise.withResolvers<InvokeResult>()
    const first = fixture.start(() => cutOff.promise)
    await expect.poll(() => fixture.batches).toHaveLength(1)
    const stopped = first.stop()
    cutOff.reject(new AwsError('ServiceException', 'the stack is stopping', 500))
    await stopped
    fixture.start(accept)
    await expect
      .poll(() => fixture.batches)
      .toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ])
  })

  it('does not repeat what the function finished while the stop waited for it', async () => {
    fixture.put('a')
    const finish = Promise.withResolvers<InvokeResult>()
    const first = fixture.start(() => finish.promise)
    await expect.poll(() => fixture.batches).toHaveLength(1)
    const stopped = first.stop()
    finish.resolve({ status: 'succeeded', payload: null })
    await stopped
    fixture.put('b')
    fixture.start(accept)
    await expect.poll(() => fixture.batches).toEqual([['a'], ['b']])
  })
})
