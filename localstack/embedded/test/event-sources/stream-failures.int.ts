import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import { accept, refuse, reporting, type StreamFixture, streamFixture } from './stream-fixture.ts'

let fixture: StreamFixture
let nowMs = Date.parse('2026-01-01T00:00:00Z')
beforeEach(() => {
  nowMs = Date.parse('2026-01-01T00:00:00Z')
  fixture = streamFixture({ now: () => new Date(nowMs) })
})
afterEach(() => fixture.remove())

const lastConsumed = () => fixture.consumed.at(-1)

describe('a batch that fails', () => {
  it('is repeated until the function accepts it, and nothing after it is delivered earlier', async () => {
    fixture.put('a', 'b')
    let refusals = 3
    fixture.start((records) => (refusals-- > 0 ? refuse(records) : accept(records)), { batchSize: 1 })
    await expect.poll(lastConsumed).toBe('2')
    expect(fixture.batches).toEqual([['a'], ['a'], ['a'], ['a'], ['b']])
    expect(fixture.warnings).toEqual(['relay: 1 stream records failed (Error: no); retrying'])
  })

  it('in part is repeated from its lowest failed record on', async () => {
    fixture.put('a', 'b', 'c', 'd')
    let first = true
    fixture.start(
      (records) => {
        const behaviour = first ? reporting('d', 'b') : accept
        first = false
        return behaviour(records)
      },
      { reportBatchItemFailures: true },
    )
    await expect.poll(lastConsumed).toBe('4')
    expect(fixture.batches).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'c', 'd'],
    ])
    expect(fixture.consumed).toEqual(['1', '4'])
  })

  it('in part counts as a success when the mapping does not ask for reports', async () => {
    fixture.put('a')
    fixture.start(reporting('a'))
    await expect.poll(lastConsumed).toBe('1')
  })

  it('fails as a whole when the report names a record that is not in the batch', async () => {
    fixture.put('a', 'b')
    let first = true
    fixture.start(
      (records) => {
        if (!first) return accept(records)
        first = false
        return { status: 'succeeded', payload: { batchItemFailures: [{ itemIdentifier: '99' }] } }
      },
      { reportBatchItemFailures: true },
    )
    await expect.poll(lastConsumed).toBe('2')
    expect(fixture.batches).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  it('is bisected down to the failing record, and the others succeed', async () => {
    fixture.put('a', 'b', 'poison', 'd')
    fixture.start((records) => (records.some(({ eventID }) => eventID === '3') ? refuse(records) : accept(records)), {
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 1,
    })
    await expect.poll(lastConsumed).toBe('4')
    expect(fixture.batches).toEqual([
      ['a', 'b', 'poison', 'd'],
      ['a', 'b'],
      ['poison', 'd'],
      ['poison'],
      ['poison'],
      ['d'],
    ])
  })

  it('because Lambda refuses it uses attempts and is bisected, and the stream continues', async () => {
    fixture.put('a', 'large', 'c')
    fixture.start(
      (records) => {
        if (!records.some(({ eventID }) => eventID === '2')) return accept(records)
        throw new AwsError('RequestTooLargeException', '7000000 byte payload is too large', 413)
      },
      {
        bisectBatchOnFunctionError: true,
        maximumRetryAttempts: 1,
        onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:failures',
      },
    )
    await expect.poll(lastConsumed).toBe('3')
    expect(fixture.givenUp).toMatchObject([
      { DDBStreamBatchInfo: { startSequenceNumber: '2', endSequenceNumber: '2' } },
    ])
    expect(fixture.warnings[0]).toMatch(/^relay: .* \(RequestTooLargeException: 7000000 byte payload is too large\)/)
  })

  it('because of throttling uses no attempt', async () => {
    fixture.put('a')
    let throttles = 5
    fixture.start(
      (records) => {
        if (throttles-- > 0) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
        return accept(records)
      },
      { maximumRetryAttempts: 0, onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:failures' },
    )
    await expect.poll(lastConsumed).toBe('1')
    expect(fixture.givenUp).toEqual([])
  })
})

describe('a discarded record', () => {
  const onFailureArn = 'arn:aws:sqs:us-east-1:000000000000:failures'

  it('goes to the failure destination after its last attempt, and the stream continues', async () => {
    fixture.put('poison', 'b')
    fixture.start((records) => (records[0]?.eventID === '1' ? refuse(records) : accept(records)), {
      batchSize: 1,
      maximumRetryAttempts: 2,
      onFailureArn,
    })
    await expect.poll(lastConsumed).toBe('2')
    expect(fixture.batches).toEqual([['poison'], ['poison'], ['poison'], ['b']])
    expect(fixture.givenUp).toEqual([
      {
        requestContext: {
          requestId: expect.any(String),
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:relay:$LATEST',
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 3,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        version: '1.0',
        timestamp: '2026-01-01T00:00:00.000Z',
        DDBStreamBatchInfo: {
          shardId: 'shard-1',
          startSequenceNumber: '1',
          endSequenceNumber: '1',
          approximateArrivalOfFirstRecord: '2026-01-01T00:00:00Z',
          approximateArrivalOfLastRecord: '2026-01-01T00:00:00Z',
          batchSize: 1,
          streamArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Outbox/stream/label',
        },
      },
    ])
  })

  it('is no longer delivered when it is too old, unlike younger ones of its batch', async () => {
    fixture.put('old')
    nowMs += 120_000
    fixture.put('young')
    fixture.start(accept, { maximumRecordAgeSeconds: 60, onFailureArn })
    await expect.poll(lastConsumed).toBe('2')
    expect(fixture.batches).toEqual([['young']])
    expect(fixture.givenUp).toMatchObject([
      { requestContext: { condition: 'RecordAgeExceeded' }, DDBStreamBatchInfo: { endSequenceNumber: '1' } },
    ])
  })

  it('is consumed only after it reached the failure destination', async () => {
    fixture.put('poison')
    let troubles = 2
    fixture.beforeCall((operation) => {
      if (operation !== 'SendMessage') return
      expect(fixture.consumed).toEqual([])
      if (troubles-- > 0) throw new Error('queue is down')
    })
    fixture.start(refuse, { maximumRetryAttempts: 0, onFailureArn })
    await expect.poll(lastConsumed).toBe('1')
    expect(fixture.givenUp).toHaveLength(1)
  })

  it('is reported once when it is too old, even if the function is throttled afterwards', async () => {
    fixture.put('old')
    nowMs += 120_000
    fixture.put('young')
    let throttles = 2
    fixture.start(
      (records) => {
        if (throttles-- > 0) throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
        return accept(records)
      },
      { maximumRecordAgeSeconds: 60, onFailureArn },
    )
    await expect.poll(lastConsumed).toBe('2')
    expect(fixture.givenUp).toHaveLength(1)
  })
})

describe('an error of the stream', () => {
  it('is logged once and retried, with no record lost or repeated', async () => {
    let troubles = 4
    fixture.beforeCall(() => {
      if (troubles-- > 0) throw new Error('connection refused')
    })
    fixture.put('a')
    fixture.start(accept)
    await expect.poll(lastConsumed).toBe('1')
    troubles = 3
    fixture.put('b')
    await expect.poll(lastConsumed).toBe('2')
    expect(fixture.batches).toEqual([['a'], ['b']])
    expect(fixture.warnings).toEqual([
      'relay: DescribeStream failed (Error: connection refused); retrying',
      'relay: GetRecords failed (Error: connection refused); retrying',
    ])
  })

  it('of an unsupported filter stops the start', () => {
    expect(() => fixture.start(accept, { filterPatterns: ['{"a":[{"wildcard":"*"}]}'] })).toThrow(/wildcard/)
  })
})
