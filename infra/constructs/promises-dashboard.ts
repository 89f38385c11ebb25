import { Dashboard } from 'aws-cdk-lib/aws-cloudwatch'
import type { Stack } from 'aws-cdk-lib/core'
import type { TableName } from '../../app/catalogue/access.ts'
import { type SubscriberName, subscribers } from '../../app/functions.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { attachmentsBucketName } from './attachments-bucket.ts'
import { awsMetric, graph, ownMetric } from './dashboard-widgets.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { physicalName } from './names.ts'
import { tableNameIn } from './table-names.ts'
import { tableSetOf } from './table-sets.ts'

/** CloudWatch shows at most 100 metrics per graph well; a table's name is enough to find the others in its own dashboard. */
const tableNames = Object.keys(tableShapes) as TableName[]
const subscriberNames = Object.keys(subscribers) as SubscriberName[]
const sagaNames = ['notification', 'webhook', 'attachment', 'removal'] as const

function deadLetterQueues({ stage }: DeploymentContext): string[] {
  const others = ['relay-outbox', 'watch-events', 'schedules', 'record-bounce', 'record-upload', 'alarms']
  return [
    ...subscriberNames.map((name) => `${name}-dlq.fifo`),
    ...[...others, ...(stage.malwareScan ? ['record-scan'] : [])].map((name) => `${name}-dlq`),
  ]
}

/**
 * One page that answers whether the promises are kept: nothing is lost, nothing happens twice, everything comes to its end, and soon. Every
 * graph is flat at zero, or low, in good times.
 */
export function promisesDashboard(stack: Stack, context: DeploymentContext): void {
  const own = (...args: Tail<Parameters<typeof ownMetric>>) => ownMetric(context, ...args)
  const name = (resource: string) => physicalName(context, resource)
  const tableSet = tableSetOf(stack)
  const queue = (metric: string, queueName: string) =>
    awsMetric('AWS/SQS', metric, { QueueName: name(queueName) }, { statistic: 'Maximum', label: queueName })
  const table = (metric: string, tableName: TableName, statistic: 'Sum' | 'Average' | 'p99', operation?: string) =>
    awsMetric(
      'AWS/DynamoDB',
      metric,
      { TableName: tableNameIn(tableSet, context, tableName), ...(operation && { Operation: operation }) },
      { statistic, label: tableName },
    )
  const iteratorAge = (fn: string) =>
    awsMetric('AWS/Lambda', 'IteratorAge', { FunctionName: name(fn) }, { statistic: 'Maximum', label: fn })
  const stored = (storage: string) =>
    awsMetric(
      'AWS/S3',
      'BucketSizeBytes',
      { BucketName: attachmentsBucketName(stack, context), StorageType: storage },
      { statistic: 'Average', label: storage, minutes: 24 * 60 },
    )
  const indexes = tableNames.flatMap((tableName) =>
    tableShapes[tableName].indexes.map((index) =>
      awsMetric(
        'AWS/DynamoDB',
        'WriteThrottleEvents',
        { TableName: tableNameIn(tableSet, context, tableName), GlobalSecondaryIndexName: index.name },
        { statistic: 'Sum', label: `throttled: ${tableName} ${index.name}` },
      ),
    ),
  )

  new Dashboard(stack, 'Promises', {
    dashboardName: name('promises'),
    widgets: [
      [
        graph('Oldest outbox row', [own('OutboxOldestRowAge', 'sweep-outbox')], 's'),
        graph('Iterator age', ['relay-outbox', 'watch-events'].map(iteratorAge), 'ms'),
      ],
      [
        graph(
          'Gaps healed',
          [
            own('EventsCaughtUp', 'reconcile-consumers'),
            own('MissedEventsRead', 'project-views'),
            own('MissedEventsRead', 'unassign-tickets'),
            own('UploadsSwept', 'sweep-uploads'),
            own('OutboxRowsStuck', 'sweep-outbox'),
          ],
          'events',
        ),
        graph('Replays served', [own('RepliesReplayed', 'api')], 'requests'),
      ],
      [
        graph(
          'Compensations',
          sagaNames.map((saga) => own('SagasCompensated', `run-${saga}-step`)),
          'sagas',
        ),
        graph(
          'Parked',
          [...sagaNames.map((saga) => own('SagasParked', `run-${saga}-step`)), own('SagasParked', 'reconcile-sagas')],
          'sagas',
        ),
      ],
      [
        graph(
          'Dead letters',
          deadLetterQueues(context).map((queueName) => queue('ApproximateNumberOfMessagesVisible', queueName)),
          'messages',
        ),
        graph(
          'Lag of subscribers (views: project-views)',
          subscriberNames.map((subscriber) => queue('ApproximateAgeOfOldestMessage', `${subscriber}.fifo`)),
          's',
        ),
      ],
      [
        graph(
          'Query latency, p99',
          tableNames.map((tableName) => table('SuccessfulRequestLatency', tableName, 'p99', 'Query')),
          'ms',
        ),
        graph(
          'Conflicts',
          [
            own('WritesConflicted', 'api'),
            ...tableNames.map((tableName) => table('TransactionConflict', tableName, 'Sum')),
          ],
          'writes',
        ),
      ],
      [
        graph(
          'Throttled reads and writes',
          tableNames.flatMap((tableName) => [
            table('ReadThrottleEvents', tableName, 'Sum'),
            table('WriteThrottleEvents', tableName, 'Sum'),
          ]),
          'requests',
        ),
        graph('Index lag', [own('SagaIndexLag', 'reconcile-sagas'), ...indexes], 's; throttled writes of an index'),
      ],
      [
        graph(
          'Growth of tables: write units',
          tableNames.map((tableName) => table('ConsumedWriteCapacityUnits', tableName, 'Sum')),
          'units of 1 KB',
        ),
        graph('Attachments stored', ['StandardStorage'].map(stored), 'bytes'),
      ],
    ],
  })
}

type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never
