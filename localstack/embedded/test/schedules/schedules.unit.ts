import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AwsError } from '../../aws-error.ts'
import type { InvokeResult } from '../../ports.ts'
import { type ScheduledRule, startSchedules } from '../../schedules/schedules.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-01T10:00:00Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

const rule: ScheduledRule = {
  name: 'sweep',
  arn: 'arn:aws:events:us-east-1:000000000000:rule/sweep',
  expression: 'rate(1 minute)',
  enabled: true,
  targets: [{ id: 'Target0', arn: 'arn:aws:lambda:us-east-1:000000000000:function:sweep-outbox' }],
}
const done: InvokeResult = { status: 'succeeded', payload: null }

function start(rules: ScheduledRule[], answer: () => Promise<InvokeResult> = async () => done) {
  const calls: [functionRef: string, payload: unknown][] = []
  const warnings: string[] = []
  const retried: unknown[][] = []
  const schedules = startSchedules({
    rules,
    log: { info() {}, warn: (message) => warnings.push(message) },
    invokeLater: (...again) => void retried.push(again),
    invoke(functionRef, payload) {
      calls.push([functionRef, payload])
      return answer()
    },
  })
  return { schedules, calls, warnings, retried }
}

describe('a schedule', () => {
  it('invokes its function with the EventBridge event each time it is due, and not earlier', async () => {
    const { schedules, calls } = start([rule])
    await vi.advanceTimersByTimeAsync(59_999)
    expect(calls).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toEqual([
      [
        'arn:aws:lambda:us-east-1:000000000000:function:sweep-outbox',
        {
          version: '0',
          id: expect.any(String),
          'detail-type': 'Scheduled Event',
          source: 'aws.events',
          account: '000000000000',
          time: '2026-01-01T10:01:00Z',
          region: 'us-east-1',
          resources: [rule.arn],
          detail: {},
        },
      ],
    ])
    await vi.advanceTimersByTimeAsync(180_000)
    expect(calls).toHaveLength(4)
    await schedules.stop()
  })

  it("passes the input of the rule's target instead, when there is one", async () => {
    const { schedules, calls } = start([
      { ...rule, targets: [{ id: 'T', arn: rule.targets[0]?.arn ?? '', input: '{"deep":true}' }] },
    ])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(calls.map(([, payload]) => payload)).toEqual([{ deep: true }])
    await schedules.stop()
  })

  it('runs only on request when it is disabled', async () => {
    const { schedules, calls } = start([{ ...rule, enabled: false }])
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(calls).toEqual([])
    await schedules.runNow('sweep')
    expect(calls).toHaveLength(1)
    await schedules.stop()
  })

  it('continues after a failure, and logs it', async () => {
    const { schedules, calls, warnings } = start([rule], async () => ({
      status: 'failed',
      errorType: 'Error',
      errorMessage: 'no',
    }))
    await vi.advanceTimersByTimeAsync(120_000)
    expect(calls).toHaveLength(2)
    expect(warnings).toEqual(['schedule sweep: Error: no', 'schedule sweep: Error: no'])
    await schedules.stop()
  })

  it('hands a run that failed on to be retried with the same event, as one that failed once', async () => {
    const { schedules, calls, retried } = start([rule], async () => ({
      status: 'failed',
      errorType: 'Error',
      errorMessage: 'no',
    }))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(retried).toEqual([[...(calls[0] ?? []), { attempts: 1 }]])
    await expect(schedules.runNow('sweep')).rejects.toThrow('Error: no')
    expect(retried).toHaveLength(1)
    await schedules.stop()
  })

  it('hands a run that was throttled on, as one that has not failed yet', async () => {
    const { schedules, calls, retried, warnings } = start([rule], async () => {
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429)
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(retried).toEqual([[...(calls[0] ?? []), { attempts: 0 }]])
    expect(warnings).toEqual(['schedule sweep: Rate Exceeded.'])
    await expect(schedules.runNow('sweep')).rejects.toThrow('Rate Exceeded.')
    expect(retried).toHaveLength(1)
    await schedules.stop()
  })

  it('runs on time even when it is due later than a timer can wait', async () => {
    const { schedules, calls } = start([{ ...rule, expression: 'rate(40 days)' }])
    await vi.advanceTimersByTimeAsync(40 * 86_400_000 - 1)
    expect(calls).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(calls).toHaveLength(1)
    await schedules.stop()
  })

  it('stops running after a stop, which waits for running invocations', async () => {
    const finish = Promise.withResolvers<InvokeResult>()
    const { schedules, calls } = start([rule], () => finish.promise)
    await vi.advanceTimersByTimeAsync(60_000)
    let stopped = false
    const stopping = schedules.stop().then(() => {
      stopped = true
    })
    await vi.advanceTimersByTimeAsync(600_000)
    expect([calls.length, stopped]).toEqual([1, false])
    finish.resolve(done)
    await stopping
  })
})

describe('running a schedule now', () => {
  it('fails with the error of its function, and for an unknown name', async () => {
    const { schedules } = start([rule], async () => ({ status: 'failed', errorType: 'Error', errorMessage: 'no' }))
    await expect(schedules.runNow('sweep')).rejects.toThrow('Error: no')
    await expect(schedules.runNow('other')).rejects.toMatchObject({ code: 'ResourceNotFoundException', status: 404 })
    await schedules.stop()
  })
})

describe('an unsupported rule', () => {
  it('stops the start, with its name in the error', () => {
    const queue = { id: 'T', arn: 'arn:aws:sqs:us-east-1:000000000000:q' }
    expect(() => start([{ ...rule, targets: [queue] }])).toThrow(
      'schedule sweep: target arn:aws:sqs:us-east-1:000000000000:q is not a function',
    )
    expect(() => start([{ ...rule, expression: 'at(2026-01-01T00:00:00)' }])).toThrow(/is not a schedule expression/)
  })
})
