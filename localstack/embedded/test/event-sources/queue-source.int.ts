import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import type { InvokeResult, JsonService } from '../../ports.ts'
import { accept, type QueueFixture, queueFixture, type SqsEventRecord } from './queue-fixture.ts'

let fixture: QueueFixture
beforeEach(async () => {
  fixture = await queueFixture()
})
afterEach(() => fixture.remove())

describe('a queue that feeds a function', () => {
  it("delivers each message in Lambda's format, and deletes what the function accepted", async () => {
    await fixture.createQueue('work.fifo')
    let seen: SqsEventRecord | undefined
    fixture.start(
      ([record]) => {
        seen = record
        return accept([])
      },
      { queueName: 'work.fifo' },
    )
    await fixture.send('work.fifo', '{"n":1}', {
      MessageGroupId: 'g',
      MessageDeduplicationId: 'd',
      MessageAttributes: { trace: { DataType: 'String', StringValue: 'abc' } },
    })
    await expect.poll(() => fixture.left('work.fifo')).toBe(0)
    expect(seen).toEqual({
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: '{"n":1}',
      attributes: {
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        MessageGroupId: 'g',
        MessageDeduplicationId: 'd',
        SequenceNumber: expect.stringMatching(/^\d{20}$/),
      },
      messageAttributes: {
        trace: { stringValue: 'abc', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work.fifo',
      awsRegion: 'us-east-1',
    })
  })

  it('misses no message that arrives while it polls', async () => {
    await fixture.createQueue('work')
    let first = true
    const queues: JsonService = {
      async handle(operation, input, principal) {
        const answer = await fixture.queues.handle(operation, input, principal)
        if (operation === 'ReceiveMessage' && first) {
          first = false
          await fixture.send('work', 'a')
        }
        return answer
      },
    }
    fixture.start(accept, { queueName: 'work' }, { queues })
    await expect.poll(() => fixture.batches).toEqual([['a']])
  })

  it('delivers messages from before its start, ten at a time', async () => {
    await fixture.createQueue('work')
    for (let n = 0; n < 25; n++) await fixture.send('work', String(n))
    fixture.start(accept, { queueName: 'work', maximumConcurrency: 1 })
    await expect.poll(() => fixture.left('work')).toBe(0)
    expect(fixture.batches.map((batch) => batch.length)).toEqual([10, 10, 5])
  })

  it('never exceeds the batch size or the maximum concurrency', async () => {
    await fixture.createQueue('work')
    for (let n = 0; n < 12; n++) await fixture.send('work', String(n))
    let running = 0
    let most = 0
    fixture.start(
      async () => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setTimeout(resolve, 5))
        running--
        return accept([])
      },
      { queueName: 'work', batchSize: 2, maximumConcurrency: 3 },
    )
    await expect.poll(() => fixture.left('work')).toBe(0)
    expect(fixture.batches.map((batch) => batch.length)).toEqual(Array(6).fill(2))
    expect(most).toBe(3)
  })

  it('collects a batch during its batching window', async () => {
    await fixture.createQueue('work')
    fixture.start(accept, { queueName: 'work', maximumBatchingWindowSeconds: 0.3 })
    await fixture.send('work', 'a')
    await fixture.send('work', 'b')
    await expect.poll(() => fixture.left('work')).toBe(0)
    expect(fixture.batches).toEqual([['a', 'b']])
  })

  it('delivers only what its filter matches, and deletes the others', async () => {
    await fixture.createQueue('work')
    await fixture.send('work', '{"type":"yes"}')
    await fixture.send('work', '{"type":"no"}')
    await fixture.send('work', 'no JSON')
    fixture.start(accept, { queueName: 'work', filterPatterns: ['{"body":{"type":["yes"]}}'] })
    await expect.poll(() => fixture.left('work')).toBe(0)
    expect(fixture.batches).toEqual([['{"type":"yes"}']])
  })
})

describe('a stop', () => {
  it('waits for a running batch', async () => {
    await fixture.createQueue('work')
    const finish = Promise.withResolvers<InvokeResult>()
    const source = fixture.start(() => finish.promise, { queueName: 'work' })
    await fixture.send('work', 'a')
    await expect.poll(() => fixture.batches).toHaveLength(1)
    const stopped = source.stop()
    finish.resolve({ status: 'succeeded', payload: null })
    await stopped
    expect(await fixture.left('work')).toBe(0)
  })

  it('that interrupts a function returns its messages to the queue at once', async () => {
    await fixture.createQueue('work', { VisibilityTimeout: 3600 })
    const cutOff = Promise.withResolvers<InvokeResult>()
    const source = fixture.start(() => cutOff.promise, { queueName: 'work' })
    await fixture.send('work', 'a')
    await expect.poll(() => fixture.batches).toHaveLength(1)
    const stopped = source.stop()
    cutOff.reject(new AwsError('ServiceException', 'the stack is stopping', 500))
    await stopped
    fixture.start(accept, { queueName: 'work' })
    await expect.poll(() => fixture.left('work')).toBe(0)
  })

  it('by a kill loses nothing: messages in flight are delivered again at the next start, not an hour later', async () => {
    await fixture.createQueue('work', { VisibilityTimeout: 3600 })
    const killed = new AbortController()
    // A source that never hears of its invocation's end is what a kill leaves behind.
    fixture.start(
      () => new Promise((_, reject) => killed.signal.addEventListener('abort', () => reject(new Error('killed')))),
      // At its limit, so that it takes no more, as what was killed.
      { queueName: 'work', maximumConcurrency: 1 },
    )
    await fixture.send('work', 'a')
    await expect.poll(() => fixture.batches).toHaveLength(1)
    fixture.start(accept, { queueName: 'work' })
    await expect.poll(() => fixture.batches).toEqual([['a'], ['a']])
    await expect.poll(() => fixture.left('work')).toBe(0)
    killed.abort()
  })
})

describe('an idle queue', () => {
  it('gets no calls', async () => {
    await fixture.createQueue('work')
    let calls = 0
    fixture.start(
      accept,
      { queueName: 'work' },
      {
        queues: {
          handle(operation, input, principal) {
            calls++
            return fixture.queues.handle(operation, input, principal)
          },
        },
      },
    )
    await fixture.send('work', 'a')
    await expect.poll(() => fixture.left('work')).toBe(0)
    const before = calls
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(calls - before).toBeLessThanOrEqual(1)
  })
})
