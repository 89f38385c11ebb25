import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import type { InvokeResult } from '../../ports.ts'
import { accept, type QueueBench, queueBench, type SqsEventRecord } from './queue-fixture.ts'

let bench: QueueBench
beforeEach(async () => {
  bench = await queueBench()
})
afterEach(() => bench.remove())

const failed: InvokeResult = { status: 'failed', errorType: 'Error', errorMessage: 'no' }
const failing = (records: SqsEventRecord[]): InvokeResult => ({
  status: 'succeeded',
  payload: { batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })) },
})

describe('a batch that fails', () => {
  it('is delivered again after its visibility timeout, and goes to the dead-letter queue after its last receive', async () => {
    await bench.createQueue('dead')
    await bench.createQueue('work', {
      VisibilityTimeout: 1,
      RedrivePolicy: { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead', maxReceiveCount: 2 },
    })
    bench.start(() => failed, { queueName: 'work' })
    await bench.send('work', 'poison')
    await expect.poll(() => bench.left('dead'), { timeout: 10_000 }).toBe(1)
    expect(bench.batches).toEqual([['poison'], ['poison']])
    expect(bench.warnings).toContain('consume: 1 messages failed (Error: no)')
  })

  it('in part keeps only the failed messages', async () => {
    await bench.createQueue('work')
    for (const body of ['a', 'b', 'c']) await bench.send('work', body)
    bench.start((records) => failing(records.filter(({ body }) => body === 'b')), {
      queueName: 'work',
      reportBatchItemFailures: true,
    })
    await expect.poll(() => bench.left('work')).toBe(1)
  })

  it('in part counts as a success when the mapping does not ask for reports', async () => {
    await bench.createQueue('work')
    await bench.send('work', 'a')
    bench.start(failing, { queueName: 'work' })
    await expect.poll(() => bench.left('work')).toBe(0)
  })

  it('fails as a whole when the report names a message that is not in the batch', async () => {
    await bench.createQueue('work')
    await bench.send('work', 'a')
    const source = bench.start(
      () => ({ status: 'succeeded', payload: { batchItemFailures: [{ itemIdentifier: 'other' }] } }),
      {
        queueName: 'work',
        reportBatchItemFailures: true,
      },
    )
    await expect.poll(() => bench.batches).toHaveLength(1)
    await source.stop()
    expect(await bench.left('work')).toBe(1)
  })

  it('keeps the order of its group: the failed message comes before later ones', async () => {
    await bench.createQueue('work.fifo', { VisibilityTimeout: 1 })
    for (const n of [1, 2, 3])
      await bench.send('work.fifo', `a${n}`, { MessageGroupId: 'a', MessageDeduplicationId: `a${n}` })
    let refusals = 1
    bench.start((records) => failing(records.filter(({ body }) => body === 'a2' && refusals-- > 0)), {
      queueName: 'work.fifo',
      reportBatchItemFailures: true,
    })
    await expect.poll(() => bench.left('work.fifo'), { timeout: 10_000 }).toBe(0)
    expect(bench.batches).toEqual([
      ['a1', 'a2', 'a3'],
      ['a2', 'a3'],
    ])
  })

  it('or succeeds makes the next message of its group available at once', async () => {
    await bench.createQueue('work.fifo')
    const finish = Promise.withResolvers<InvokeResult>()
    bench.start(() => finish.promise, { queueName: 'work.fifo' })
    const inGroup = (id: string) => ({ MessageGroupId: 'a', MessageDeduplicationId: id })
    await bench.send('work.fifo', 'a1', inGroup('a1'))
    await expect.poll(() => bench.batches).toEqual([['a1']])
    await bench.send('work.fifo', 'a2', inGroup('a2'))
    // Long enough for the source to look and find the group taken.
    await new Promise((resolve) => setTimeout(resolve, 50))
    finish.resolve({ status: 'succeeded', payload: null })
    await expect.poll(() => bench.batches).toEqual([['a1'], ['a2']])
  })

  it('because of throttling is retried at once, without another receive', async () => {
    await bench.createQueue('work')
    let throttles = 3
    const receiveCounts: unknown[] = []
    bench.start(
      (records) => {
        if (throttles-- > 0) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
        receiveCounts.push(records[0]?.attributes.ApproximateReceiveCount)
        return accept([])
      },
      { queueName: 'work' },
    )
    await bench.send('work', 'a')
    await expect.poll(() => bench.left('work')).toBe(0)
    expect(receiveCounts).toEqual(['1'])
  })
})

describe('an error of the queue', () => {
  it('is logged once and retried', async () => {
    await bench.createQueue('work')
    let troubles = 3
    bench.start(
      accept,
      { queueName: 'work' },
      {
        queues: {
          async handle(operation, input, principal) {
            if (operation === 'ReceiveMessage' && troubles-- > 0) throw new Error('connection refused')
            return bench.queues.handle(operation, input, principal)
          },
        },
      },
    )
    await bench.send('work', 'a')
    await expect.poll(() => bench.left('work')).toBe(0)
    expect(bench.warnings).toEqual(['consume: ReceiveMessage failed (Error: connection refused); retrying'])
  })

  it('that loses a delete delivers the message again, and never loses it', async () => {
    await bench.createQueue('work')
    let lost = 1
    bench.start(
      accept,
      { queueName: 'work' },
      {
        queues: {
          async handle(operation, input, principal) {
            const answer = await bench.queues.handle(operation, input, principal)
            if (operation === 'DeleteMessageBatch' && lost-- > 0) throw new Error('answer lost')
            return answer
          },
        },
      },
    )
    await bench.send('work', 'a')
    await expect.poll(() => bench.left('work')).toBe(0)
    await bench.send('work', 'b')
    await expect.poll(() => bench.batches).toEqual([['a'], ['b']])
  })
})
