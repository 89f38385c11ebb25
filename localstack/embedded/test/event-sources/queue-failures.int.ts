import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import type { InvokeResult } from '../../ports.ts'
import { accept, type QueueFixture, queueFixture, type SqsEventRecord } from './queue-fixture.ts'

let fixture: QueueFixture
beforeEach(async () => {
  fixture = await queueFixture()
})
afterEach(() => fixture.remove())

const failed: InvokeResult = { status: 'failed', errorType: 'Error', errorMessage: 'no' }
const failing = (records: SqsEventRecord[]): InvokeResult => ({
  status: 'succeeded',
  payload: { batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })) },
})

describe('a batch that fails', () => {
  it('is delivered again after its visibility timeout, and goes to the dead-letter queue after its last receive', async () => {
    await fixture.createQueue('dead')
    await fixture.createQueue('work', {
      VisibilityTimeout: 1,
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 2 },
    })
    fixture.start(() => failed, { queueName: 'work' })
    await fixture.send('work', 'poison')
    await expect.poll(() => fixture.left('dead'), { timeout: 10_000 }).toBe(1)
    expect(fixture.batches).toEqual([['poison'], ['poison']])
    expect(fixture.warnings).toContain('consume: 1 messages failed (Error: no)')
  })

  it('is delivered again also when its message becomes visible between a look and the question what comes next', async () => {
    await fixture.createQueue('work', { VisibilityTimeout: 1 })
    let questions = 0
    fixture.start(
      (records) => (records[0]?.attributes.ApproximateReceiveCount === '1' ? failed : accept(records)),
      {
        queueName: 'work',
      },
      {
        // The question after each look comes too late: nothing is to come any more.
        nextVisibleAtMs: (queueName) => (questions++ % 2 === 0 ? fixture.nextVisibleAtMs(queueName) : undefined),
      },
    )
    await fixture.send('work', 'a')
    await expect.poll(() => fixture.left('work'), { timeout: 10_000 }).toBe(0)
    expect(fixture.batches).toEqual([['a'], ['a']])
  })

  it('in part keeps only the failed messages', async () => {
    await fixture.createQueue('work')
    for (const body of ['a', 'b', 'c']) await fixture.send('work', body)
    fixture.start((records) => failing(records.filter(({ body }) => body === 'b')), {
      queueName: 'work',
      reportBatchItemFailures: true,
    })
    await expect.poll(() => fixture.left('work')).toBe(1)
  })

  it('in part counts as a success when the mapping does not ask for reports', async () => {
    await fixture.createQueue('work')
    await fixture.send('work', 'a')
    fixture.start(failing, { queueName: 'work' })
    await expect.poll(() => fixture.left('work')).toBe(0)
  })

  it('fails as a whole when the report names a message that is not in the batch', async () => {
    await fixture.createQueue('work')
    await fixture.send('work', 'a')
    const source = fixture.start(
      () => ({ status: 'succeeded', payload: { batchItemFailures: [{ itemIdentifier: 'other' }] } }),
      {
        queueName: 'work',
        reportBatchItemFailures: true,
      },
    )
    await expect.poll(() => fixture.batches).toHaveLength(1)
    await source.stop()
    expect(await fixture.left('work')).toBe(1)
  })

  it('keeps the order of its group: the failed message comes before later ones', async () => {
    await fixture.createQueue('work.fifo', { VisibilityTimeout: 1 })
    for (const n of [1, 2, 3])
      await fixture.send('work.fifo', `a${n}`, { MessageGroupId: 'a', MessageDeduplicationId: `a${n}` })
    let refusals = 1
    fixture.start((records) => failing(records.filter(({ body }) => body === 'a2' && refusals-- > 0)), {
      queueName: 'work.fifo',
      reportBatchItemFailures: true,
    })
    await expect.poll(() => fixture.left('work.fifo'), { timeout: 10_000 }).toBe(0)
    expect(fixture.batches).toEqual([
      ['a1', 'a2', 'a3'],
      ['a2', 'a3'],
    ])
  })

  it('or succeeds makes the next message of its group available at once', async () => {
    await fixture.createQueue('work.fifo')
    const finish = Promise.withResolvers<InvokeResult>()
    fixture.start(() => finish.promise, { queueName: 'work.fifo' })
    const inGroup = (id: string) => ({ MessageGroupId: 'a', MessageDeduplicationId: id })
    await fixture.send('work.fifo', 'a1', inGroup('a1'))
    await expect.poll(() => fixture.batches).toEqual([['a1']])
    await fixture.send('work.fifo', 'a2', inGroup('a2'))
    // Long enough for the source to look and find the group taken.
    await new Promise((resolve) => setTimeout(resolve, 50))
    finish.resolve({ status: 'succeeded', payload: null })
    await expect.poll(() => fixture.batches).toEqual([['a1'], ['a2']])
  })

  it('because of throttling is retried at once, without another receive', async () => {
    await fixture.createQueue('work')
    let throttles = 3
    const receiveCounts: unknown[] = []
    fixture.start(
      (records) => {
        if (throttles-- > 0) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
        receiveCounts.push(records[0]?.attributes.ApproximateReceiveCount)
        return accept([])
      },
      { queueName: 'work' },
    )
    await fixture.send('work', 'a')
    await expect.poll(() => fixture.left('work')).toBe(0)
    expect(receiveCounts).toEqual(['1'])
  })

  it('because Lambda refuses it counts as a failure, with a line in the log', async () => {
    await fixture.createQueue('dead')
    await fixture.createQueue('work', {
      VisibilityTimeout: 1,
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 1 },
    })
    fixture.start(
      () => {
        throw new AwsError('RequestTooLargeException', '7000000 byte payload is too large', 413)
      },
      { queueName: 'work' },
    )
    await fixture.send('work', 'a')
    await expect.poll(() => fixture.left('dead'), { timeout: 10_000 }).toBe(1)
    expect(fixture.batches).toEqual([['a']])
    expect(fixture.warnings).toEqual([
      'consume: 1 messages failed (RequestTooLargeException: 7000000 byte payload is too large)',
    ])
  })
})

describe('a batch of large messages', () => {
  // Quotes and letters beyond ASCII take more bytes in an event than they have characters.
  const large = (id: string) => `${id}${'"€'.repeat(250_000)}`

  it('is cut into events that Lambda takes', async () => {
    await fixture.createQueue('work')
    for (let n = 0; n < 8; n++) await fixture.send('work', large(String(n)))
    const sizes: number[] = []
    fixture.start(
      (Records) => {
        sizes.push(Buffer.byteLength(JSON.stringify({ Records })))
        return accept(Records)
      },
      { queueName: 'work', maximumConcurrency: 1 },
    )
    await expect.poll(() => fixture.left('work'), { timeout: 10_000 }).toBe(0)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(6 * 1024 * 1024)
    expect(fixture.batches.map((batch) => batch.length)).toEqual([4, 4])
  })

  it('keeps the order of its group when one of the events fails', async () => {
    await fixture.createQueue('work.fifo', { VisibilityTimeout: 1 })
    for (let n = 0; n < 6; n++)
      await fixture.send('work.fifo', large(String(n)), { MessageGroupId: 'a', MessageDeduplicationId: String(n) })
    let failures = 1
    fixture.start((records) => (failures-- > 0 ? failed : accept(records)), { queueName: 'work.fifo' })
    await expect.poll(() => fixture.left('work.fifo'), { timeout: 10_000 }).toBe(0)
    const order = fixture.batches.map((batch) => batch.map(([id]) => id).join(''))
    expect(order).toEqual(['0123', '0123', '45'])
  })
})

describe('an error of the queue', () => {
  it('is logged once and retried', async () => {
    await fixture.createQueue('work')
    let troubles = 3
    fixture.start(
      accept,
      { queueName: 'work' },
      {
        queues: {
          async handle(operation, input, principal) {
            if (operation === 'ReceiveMessage' && troubles-- > 0) throw new Error('connection refused')
            return fixture.queues.handle(operation, input, principal)
          },
        },
      },
    )
    await fixture.send('work', 'a')
    await expect.poll(() => fixture.left('work')).toBe(0)
    expect(fixture.warnings).toEqual(['consume: ReceiveMessage failed (Error: connection refused); retrying'])
  })

  it('that loses a delete delivers the message again, and never loses it', async () => {
    await fixture.createQueue('work')
    let lost = 1
    fixture.start(
      accept,
      { queueName: 'work' },
      {
        queues: {
          async handle(operation, input, principal) {
            const answer = await fixture.queues.handle(operation, input, principal)
            if (operation === 'DeleteMessageBatch' && lost-- > 0) throw new Error('answer lost')
            return answer
          },
        },
      },
    )
    await fixture.send('work', 'a')
    await expect.poll(() => fixture.left('work')).toBe(0)
    await fixture.send('work', 'b')
    await expect.poll(() => fixture.batches).toEqual([['a'], ['b']])
  })
})
