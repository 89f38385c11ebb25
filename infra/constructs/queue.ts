import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import {
  deadLetterRetentionDays,
  maxReceiveCount,
  subscriberLateAfterSeconds,
  visibilityTimeoutSeconds,
} from '../limits.ts'
import { alarm } from './alarm.ts'
import { nameOf, pascalCase, type Site, seconds } from './site.ts'

/** A FIFO queue, its FIFO dead letters, and an alarm for each. Senders name group and deduplication id. */
export function fifoQueue(
  scope: Construct,
  name: string,
  site: Site,
  meaning: { late: string; deadLetters: string },
): { queue: Queue; deadLetterQueue: Queue } {
  const id = pascalCase(name)
  const deadLetterQueue = deadLetters(scope, name, site, { meaning: meaning.deadLetters, isFifo: true })
  const queue = new Queue(scope, `${id}Queue`, {
    queueName: nameOf(site, `${name}.fifo`),
    fifo: true,
    // Throughput per aggregate, not per queue: one group is one aggregate.
    fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
    visibilityTimeout: seconds(visibilityTimeoutSeconds),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount },
  })
  alarm(scope, `${id}Late`, site, {
    metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: subscriberLateAfterSeconds,
    meaning: meaning.late,
  })
  return { queue, deadLetterQueue }
}

/** Where a consumer's failures are kept until someone redrives them; one is enough for an alarm. */
export function deadLetters(
  scope: Construct,
  name: string,
  site: Site,
  { meaning, isFifo }: { meaning: string; isFifo: boolean },
): Queue {
  const id = pascalCase(name)
  const queue = new Queue(scope, `${id}DeadLetters`, {
    queueName: nameOf(site, isFifo ? `${name}-dlq.fifo` : `${name}-dlq`),
    ...(isFifo && { fifo: true }),
    retentionPeriod: Duration.days(deadLetterRetentionDays),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  })
  alarm(scope, `${id}DeadLetters`, site, {
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: 1,
    meaning,
  })
  return queue
}
