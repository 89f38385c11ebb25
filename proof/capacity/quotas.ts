/** A limit of AWS in us-east-1, as a new production account has it, or one that no account can raise. */
export interface Quota {
  limit: number
  /** The unit of `limit`, such as `write units a second`. */
  unit: string
  /** Whether AWS raises it on request. */
  isAdjustable: boolean
  /** AWS's page that names it. */
  source: string
  /** Whether a copy of that page was read when this was written; else compare it first. */
  wasRead: boolean
}

const guide = 'https://docs.aws.amazon.com'
const dynamoDb = `${guide}/amazondynamodb/latest/developerguide`
const sqs = `${guide}/AWSSimpleQueueService/latest/SQSDeveloperGuide`
const stepFunctions = `${guide}/step-functions/latest/dg/service-quotas.html`

export const quotas = {
  partitionWrites: {
    limit: 1_000,
    unit: 'write units a second and partition',
    isAdjustable: false,
    source: `${dynamoDb}/bp-partition-key-design.html`,
    wasRead: true,
  },
  partitionReads: {
    limit: 3_000,
    unit: 'read units a second and partition',
    isAdjustable: false,
    source: `${dynamoDb}/bp-partition-key-design.html`,
    wasRead: true,
  },
  tableWrites: {
    limit: 40_000,
    unit: 'write units a second and table, and as many per index',
    isAdjustable: true,
    source: `${dynamoDb}/ServiceQuotas.html`,
    wasRead: true,
  },
  /** What a new table on demand takes at once: four partitions, and so four shards of its stream. */
  newTableWrites: {
    limit: 4_000,
    unit: 'write units a second of a new table',
    isAdjustable: false,
    source: `${dynamoDb}/on-demand-capacity-mode.html`,
    wasRead: false,
  },
  streamReaders: {
    limit: 2,
    unit: 'readers a shard of a stream',
    isAdjustable: false,
    source: `${dynamoDb}/Streams.html`,
    wasRead: false,
  },
  fifoCalls: {
    limit: 70_000,
    unit: 'calls a second and action, in high throughput mode',
    isAdjustable: true,
    source: `${sqs}/quotas-messages.html`,
    wasRead: true,
  },
  fifoCallsOfGroup: {
    limit: 300,
    unit: 'calls a second and action of one partition, where a message group is',
    isAdjustable: false,
    source: `${sqs}/high-throughput-fifo.html`,
    wasRead: true,
  },
  fifoLookAhead: {
    limit: 120_000,
    unit: 'messages in flight, and messages in which a queue looks for other groups',
    isAdjustable: true,
    source: `${sqs}/avoid-backlog-with-the-same-message-group-id.html`,
    wasRead: true,
  },
  apiRequests: {
    limit: 10_000,
    unit: 'requests a second',
    isAdjustable: true,
    source: `${guide}/apigateway/latest/developerguide/limits.html`,
    wasRead: false,
  },
  executions: {
    limit: 1_000,
    unit: 'Lambda functions at once',
    isAdjustable: true,
    source: `${guide}/lambda/latest/dg/gettingstarted-limits.html`,
    wasRead: false,
  },
  startedExecutions: {
    limit: 300,
    unit: 'StartExecution a second (1,300 at once)',
    isAdjustable: true,
    source: stepFunctions,
    wasRead: false,
  },
  transitions: {
    limit: 5_000,
    unit: 'state transitions a second',
    isAdjustable: true,
    source: stepFunctions,
    wasRead: false,
  },
  openExecutions: {
    limit: 1_000_000,
    unit: 'open executions',
    isAdjustable: true,
    source: stepFunctions,
    wasRead: true,
  },
  mailsPerSecond: {
    limit: 14,
    unit: 'mails a second, of an account that has just left the sandbox',
    isAdjustable: true,
    source: `${guide}/ses/latest/dg/quotas.html`,
    wasRead: false,
  },
  mailsPerDay: {
    limit: 50_000,
    unit: 'mails a day, of an account that has just left the sandbox',
    isAdjustable: true,
    source: `${guide}/ses/latest/dg/quotas.html`,
    wasRead: false,
  },
  objectWrites: {
    limit: 3_500,
    unit: 'writes a second and prefix of a bucket',
    isAdjustable: false,
    source: `${guide}/AmazonS3/latest/userguide/optimizing-performance.html`,
    wasRead: false,
  },
} as const satisfies Record<string, Quota>
