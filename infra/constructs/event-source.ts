import type { Table } from 'aws-cdk-lib/aws-dynamodb'
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type IFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { consumerBatchSize } from '../limits.ts'
import { alarm } from './alarm.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { allow } from './function.ts'
import { pascalCase } from './names.ts'

export type StreamEvent = 'INSERT' | 'MODIFY' | 'REMOVE'

/**
 * Lets a function read a table's stream in order. After `retries`, a record that still fails is skipped, and a pointer to it goes to
 * `deadLetterQueue`. An alarm watches the iterator age: how old the newest processed record was.
 */
export function readStream(
  scope: Construct,
  name: string,
  context: DeploymentContext,
  source: {
    table: Table
    fn: IFunction
    events: StreamEvent[]
    batchSize: number
    retries: number
    deadLetterQueue: IQueue
    ageAlarm: { seconds: number; meaning: string }
  },
): void {
  const id = pascalCase(name)
  new EventSourceMapping(scope, `${id}Stream`, {
    target: source.fn,
    eventSourceArn: streamArn(source.table),
    startingPosition: StartingPosition.TRIM_HORIZON,
    filters: [FilterCriteria.filter({ eventName: FilterRule.or(...source.events) })],
    batchSize: source.batchSize,
    parallelizationFactor: 1,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    retryAttempts: source.retries,
    // Not CDK's SqsDlq, which would add a policy beside the role: the function's role already has the statement.
    onFailure: { bind: () => ({ destination: source.deadLetterQueue.queueArn }) },
  })
  alarm(scope, `${id}Late`, context, {
    metric: source.fn.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: Duration.seconds(source.ageAlarm.seconds).toMilliseconds(),
    meaning: source.ageAlarm.meaning,
  })
}

/** What the reader of a stream may do: read it, and send to its dead-letter queue. */
export function streamStatements(table: Table, deadLetterQueue: IQueue): PolicyStatement[] {
  return [
    allow(
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      [streamArn(table)],
    ),
    allow(['sqs:SendMessage'], [deadLetterQueue.queueArn]),
  ]
}

/**
 * Lets a function take batches from a queue, at most `concurrency` at the same time: what is above that waits in the queue and takes
 * nothing from the API. The function reports which messages failed, and only those are received again.
 */
export function readQueue(
  scope: Construct,
  name: string,
  source: { queue: IQueue; fn: IFunction; concurrency: number },
): void {
  new EventSourceMapping(scope, `${pascalCase(name)}Messages`, {
    target: source.fn,
    eventSourceArn: source.queue.queueArn,
    batchSize: consumerBatchSize,
    maxConcurrency: source.concurrency,
    reportBatchItemFailures: true,
  })
}

export function queueStatements(queue: IQueue): PolicyStatement[] {
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes']
  return [allow(actions, [queue.queueArn])]
}

function streamArn({ node, tableStreamArn }: Table): string {
  if (!tableStreamArn) throw new Error(`${node.path} has no stream: declare one in tables/key-shapes.ts`)
  return tableStreamArn
}
