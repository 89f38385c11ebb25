import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { maxReceiveCount, messageRetentionDays, queueAgeAlarmSeconds, visibilityTimeoutSeconds } from '../limits.ts'
import { alarm } from './alarm.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { pascalCase, physicalName } from './names.ts'
import { serviceStatement } from './service-statement.ts'

/** A FIFO queue with its dead-letter queue, and an alarm on each. Senders name message group and deduplication id. */
export function fifoQueue(
  scope: Construct,
  name: string,
  context: DeploymentContext,
  meanings: { late: string; deadLetters: string },
): { queue: Queue; deadLetterQueue: Queue } {
  const id = pascalCase(name)
  const deadLetterQueue = deadLetters(scope, name, context, { meaning: meanings.deadLetters, isFifo: true })
  const queue = new Queue(scope, `${id}Queue`, {
    queueName: physicalName(context, `${name}.fifo`),
    fifo: true,
    // A message group is an aggregate: throughput is limited per aggregate, not for the queue.
    fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
    visibilityTimeout: Duration.seconds(visibilityTimeoutSeconds),
    retentionPeriod: Duration.days(messageRetentionDays),
    ...encryption(context),
    enforceSSL: true,
    deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount },
    removalPolicy: context.stage.removalPolicy,
  })
  alarm(scope, `${id}Late`, context, {
    metric: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: queueAgeAlarmSeconds,
    meaning: meanings.late,
  })
  return { queue, deadLetterQueue }
}

/** A service that sends dead letters itself: what it could not deliver. Functions send theirs by their role. */
export interface DeadLetterSender {
  service: 'events' | 'sns'
  /** ARN of the rule or the topic. */
  sourceArn: string
}

/** Keeps what a consumer failed to process until someone redrives it. The first message raises an alarm. */
export function deadLetters(
  scope: Construct,
  name: string,
  context: DeploymentContext,
  { meaning, isFifo, sender }: { meaning: string; isFifo: boolean; sender?: DeadLetterSender },
): Queue {
  const id = pascalCase(name)
  const queue = new Queue(scope, `${id}DeadLetters`, {
    queueName: physicalName(context, isFifo ? `${name}-dlq.fifo` : `${name}-dlq`),
    ...(isFifo && { fifo: true }),
    retentionPeriod: Duration.days(messageRetentionDays),
    ...encryption(context),
    enforceSSL: true,
    removalPolicy: context.stage.removalPolicy,
  })
  if (sender)
    queue.addToResourcePolicy(
      serviceStatement(scope, { ...sender, actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
    )
  alarm(scope, `${id}DeadLetters`, context, {
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: 1,
    meaning,
  })
  return queue
}

/** With a key of the account, SQS asks KMS for a data key every five minutes and per principal, its default. */
function encryption({ dataKey }: DeploymentContext): Pick<QueueProps, 'encryption' | 'encryptionMasterKey'> {
  return dataKey
    ? { encryption: QueueEncryption.KMS, encryptionMasterKey: dataKey }
    : { encryption: QueueEncryption.SQS_MANAGED }
}
