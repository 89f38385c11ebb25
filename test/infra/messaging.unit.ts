import { describe, expect, it } from 'vitest'
import { poisonFromReceive } from '../../app/consume/poison.ts'
import { subscribers } from '../../app/functions.ts'
import { type Resource, readable, resourcesOf, shortId, shortName, single, stageNames } from './synthesized.ts'

const mappingsOf = (stage: (typeof stageNames)[number]) => resourcesOf(stage, 'AWS::Lambda::EventSourceMapping')

/** Properties with each reference as the short id of its target, without what names the mapping's own source and function. */
function settingsOf({ Properties }: Resource): Record<string, unknown> {
  const { EventSourceArn, FunctionName, DestinationConfig, ...settings } = Properties
  const { OnFailure } = (DestinationConfig ?? {}) as { OnFailure?: { Destination: unknown } }
  return { ...settings, ...(OnFailure && { onFailure: readable(OnFailure.Destination) }) }
}

describe.each(stageNames)('the queues of %s', (stage) => {
  const queues = resourcesOf(stage, 'AWS::SQS::Queue')
  const queueOf = (subscriber: string) => single(queues.filter((queue) => shortName(queue) === `${subscriber}.fifo`))
  const names = Object.keys(subscribers)

  it('are one FIFO queue per subscriber, a dead-letter queue per consumer, and one for all schedules', () => {
    const onAws = stage === 'local' ? [] : ['alarms-dlq', 'record-scan-dlq']
    const subscriberQueues = names.flatMap((name) => [`${name}.fifo`, `${name}-dlq.fifo`])
    const others = ['record-bounce-dlq', 'record-upload-dlq', 'relay-outbox-dlq', 'schedules-dlq', 'watch-events-dlq']
    expect(queues.map(shortName).sort()).toEqual([...subscriberQueues, ...others, ...onAws].sort())
  })

  it.each(names)('keep the events of one aggregate in order for %s, and those of others apart', (name) => {
    expect(queueOf(name).Properties).toMatchObject({
      FifoQueue: true,
      // Throughput and deduplication are per message group, which is an aggregate: one busy ticket slows no other.
      FifoThroughputLimit: 'perMessageGroupId',
      DeduplicationScope: 'messageGroup',
    })
    // The sender names the deduplication id: a hash of the body would take two equal events for one.
    expect(queueOf(name).Properties).not.toHaveProperty('ContentBasedDeduplication')
    expect(queueOf(name).Properties).not.toHaveProperty('DelaySeconds')
  })

  it.each(names)(
    'move a message of %s to its dead-letter queue, after consumers had two receives to acknowledge what follows it',
    (name) => {
      const policy = queueOf(name).Properties.RedrivePolicy as { deadLetterTargetArn: unknown; maxReceiveCount: number }
      expect(readable(policy.deadLetterTargetArn)).toBe(shortId(queueOf(name).id).replace('Queue', 'DeadLetters'))
      expect(policy.maxReceiveCount).toBe(5)
      expect(policy.maxReceiveCount).toBe(poisonFromReceive + 2)
    },
  )

  it('keep messages and dead letters for 14 days, the maximum: time to fix the consumer, and then to redrive', () => {
    for (const queue of queues) expect(queue.Properties.MessageRetentionPeriod, queue.id).toBe(14 * 24 * 3600)
  })

  it.each(names)(
    'hide a message for at least six timeouts of %s, or a throttled batch is received again while it runs',
    (name) => {
      const fn = single(resourcesOf(stage, 'AWS::Lambda::Function').filter((each) => shortName(each) === name))
      expect(queueOf(name).Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * Number(fn.Properties.Timeout))
    },
  )

  it.each(names)(
    'are each read by one function: %s names the messages that failed, and the others are not repeated',
    (name) => {
      const source = shortId(queueOf(name).id)
      const mapping = single(
        mappingsOf(stage).filter(({ Properties }) => readable(Properties.EventSourceArn) === source),
      )
      expect(readable(mapping.Properties.FunctionName)).toBe(source.replace('Queue', ''))
      // 10 is the limit of SQS for a FIFO queue. No filter: a message that no function takes is deleted.
      expect(settingsOf(mapping)).toEqual({
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: { local: 4, dev: 2, staging: 25, prod: 25 }[stage] },
      })
    },
  )
})

describe.each(stageNames)('the streams of %s', (stage) => {
  const streams = mappingsOf(stage).filter(({ Properties }) => Properties.StartingPosition)

  it('are the outbox, read by the relay, and history, read by its watch', () => {
    const read = streams.map(({ Properties }) => [
      readable(Properties.EventSourceArn),
      readable(Properties.FunctionName),
    ])
    expect(Object.fromEntries(read)).toEqual({ 'Outbox.StreamArn': 'RelayOutbox', 'Events.StreamArn': 'WatchEvents' })
  })

  it.each([
    // A row that the relay deletes after sending is not news.
    ['Outbox', { events: '["INSERT"]', batchSize: 100, retries: 3, onFailure: 'RelayOutboxDeadLetters' }],
    // New events are how history grows; any other change is tampering.
    ['Events', { events: '["MODIFY","REMOVE"]', batchSize: 10, retries: 5, onFailure: 'WatchEventsDeadLetters' }],
  ])(
    'deliver records of %s in order; a crash halves the batch, and what still fails is set aside',
    (table, expected) => {
      const mapping = single(
        streams.filter(({ Properties }) => readable(Properties.EventSourceArn) === `${table}.StreamArn`),
      )
      expect(settingsOf(mapping)).toEqual({
        // From the oldest record on: nothing that was written before the mapping is missed.
        StartingPosition: 'TRIM_HORIZON',
        // With more, Lambda keeps order per item only, and each event of an aggregate is a separate item.
        ParallelizationFactor: 1,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        FilterCriteria: { Filters: [{ Pattern: `{"eventName":${expected.events}}` }] },
        BatchSize: expected.batchSize,
        // Without a limit, one bad record blocks its shard until it expires, a day later.
        MaximumRetryAttempts: expected.retries,
        onFailure: expected.onFailure,
      })
    },
  )
})

describe.each(stageNames)('the schedules of %s', (stage) => {
  const rules = resourcesOf(stage, 'AWS::Events::Rule').filter(({ Properties }) => Properties.ScheduleExpression)

  it('run every sweep and reconciliation that finds what a lost message left behind', () => {
    const found = rules.map(({ Properties }) => {
      const target = single(Properties.Targets as { Arn: unknown }[])
      return [readable(target.Arn), `${Properties.State} ${Properties.ScheduleExpression}`]
    })
    expect(Object.fromEntries(found)).toEqual({
      SweepOutbox: 'ENABLED rate(1 minute)',
      SweepUploads: 'ENABLED rate(1 minute)',
      SweepCopies: 'ENABLED rate(1 hour)',
      ReconcileSagas: 'ENABLED rate(5 minutes)',
      ReconcileConsumers: 'ENABLED rate(5 minutes)',
      ReconcileData: 'ENABLED rate(1 hour)',
    })
  })

  it('leave each function time to end before its next run', () => {
    const seconds = { minute: 60, minutes: 60, hour: 3600 }
    for (const rule of rules) {
      const name = shortName(rule)
      const [, count, unit = 'minute'] = /rate\((\d+) (\w+)\)/.exec(String(rule.Properties.ScheduleExpression)) ?? []
      const fn = single(resourcesOf(stage, 'AWS::Lambda::Function').filter((each) => shortName(each) === name))
      expect(fn.Properties.Timeout, name).toBeLessThan(Number(count) * seconds[unit as keyof typeof seconds])
    }
  })
})
