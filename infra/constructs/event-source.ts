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
import { allow } from './function.ts'
import { pascalCase, type Site, seconds } from './site.ts'

export type StreamEvent = 'INSERT' | 'MODIFY' | 'REMOVE'

/** A function reads a table's stream in order. What it can't process ends, after `retries`, as a pointer in `deadLetterQueue`. */
export function readStream(
  scope: Construct,
  name: string,
  site: Site,
  source: {
    table: Table
    fn: IFunction
    events: StreamEvent[]
    batchSize: number
    retries: number
    deadLetterQueue: IQueue
    late: { afterSeconds: number; meaning: string }
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
    // No grant by the way: the role's policy is written where the function is.
    onFailure: { bind: () => ({ destination: source.deadLetterQueue.queueArn }) },
  })
  alarm(scope, `${id}Late`, site, {
    metric: source.fn.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
    threshold: seconds(source.late.afterSeconds).toMilliseconds(),
    meaning: source.late.meaning,
  })
}

/** What a stream's reader may do: read it, and set aside what it can't process. */
export function streamStatements(table: Table, deadLetterQueue: IQueue): PolicyStatement[] {
  return [
    allow(
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams'],
      [streamArn(table)],
    ),
    allow(['sqs:SendMessage'], [deadLetterQueue.queueArn]),
  ]
}

/** A function takes batches from a queue and names the messages that failed. */
export function readQueue(scope: Construct, name: string, source: { queue: IQueue; fn: IFunction }): void {
  new EventSourceMapping(scope, `${pascalCase(name)}Messages`, {
    target: source.fn,
    eventSourceArn: source.queue.queueArn,
    batchSize: consumerBatchSize,
    reportBatchItemFailures: true,
  })
}

export function queueStatements(queue: IQueue): PolicyStatement[] {
  const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility', 'sqs:GetQueueAttributes']
  return [allow(actions, [queue.queueArn])]
}

function streamArn({ node, tableStreamArn }: Table): string {
  if (!tableStreamArn) throw new Error(`${node.path} has no stream: tables/key-shapes.ts decides`)
  return tableStreamArn
}
