import { AwsError } from '../aws-error.ts'
import { accountId } from '../seams.ts'
import type { Answer, WireService } from './answer.ts'
import type { Fauxqs } from './fauxqs.ts'

/** The `Properties` of an `AWS::SQS::Queue`, intrinsics resolved and its physical name filled in. */
export interface QueueProperties {
  QueueName: string
  [attribute: string]: unknown
}

export interface QueueAddresses {
  queueName: string
  arn: string
}

export interface Queues {
  service: WireService
  /** Creates the queue, or sets the attributes of the one that is there. */
  ensureQueue(properties: QueueProperties): Promise<QueueAddresses>
  /** Epoch milliseconds at which the next delayed or taken message becomes visible, if there is one. */
  nextVisibleAtMs(queueName: string): number | undefined
}

/** The address of a queue at the edge. */
export function queueUrl(origin: string, queueName: string): string {
  return `${origin}/${accountId}/${queueName}`
}

export function queueNameOf(url: unknown): string {
  return String(url ?? '').replace(/^.*\//, '')
}

/** Attributes of the template that are set on the queue; what concerns encryption means nothing here. */
const attributeNames = [
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'VisibilityTimeout',
]

/** Given when a queue is created; fauxqs knows no change of these. */
const onceOnly = new Set(['FifoQueue', 'DeduplicationScope', 'FifoThroughputLimit'])

/** `origin` is the edge's own address: stored queue addresses may carry the port of an earlier start. */
export function createQueues(fauxqs: Fauxqs, origin: () => string): Queues {
  async function answer(operation: string, body: Buffer | string): Promise<Answer> {
    const response = await fauxqs.inject({
      method: 'POST',
      url: '/',
      headers: {
        host: new URL(origin()).host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AmazonSQS.${operation}`,
      },
      payload: body,
    })
    const queryError = response.headers['x-amzn-query-error']
    return {
      status: response.statusCode,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        ...(queryError === undefined ? {} : { 'x-amzn-query-error': String(queryError) }),
      },
      body: readdress(operation, response.rawPayload, origin()),
    }
  }

  async function handle(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    const { status, body } = await answer(operation, JSON.stringify(input))
    const value = JSON.parse(body.toString() || '{}') as Record<string, unknown>
    if (status >= 400) throw new AwsError(String(value.__type).replace(/^.*#/, ''), String(value.message), status)
    return value
  }

  return {
    service: {
      handle,
      answer: async (operation, _input, body) => {
        if (!supported.has(operation)) throw notSupported(operation)
        return answer(operation, body)
      },
    },
    async ensureQueue(properties) {
      const attributes = Object.fromEntries(
        attributeNames.flatMap((name) => {
          const value = properties[name]
          if (value === undefined || (name === 'FifoQueue' && value !== true && value !== 'true')) return []
          return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]]
        }),
      )
      const { QueueName } = properties
      const fixed: Record<string, string> = {}
      const changeable: Record<string, string> = {}
      for (const [name, value] of Object.entries(attributes)) (onceOnly.has(name) ? fixed : changeable)[name] = value
      await handle('CreateQueue', { QueueName, Attributes: fixed })
      if (Object.keys(changeable).length > 0) {
        await handle('SetQueueAttributes', { QueueUrl: queueUrl(origin(), QueueName), Attributes: changeable })
      }
      return { queueName: QueueName, arn: `arn:aws:sqs:us-east-1:${accountId}:${QueueName}` }
    },
    nextVisibleAtMs: fauxqs.nextVisibleAtMs,
  }
}

const supported = new Set([
  ...[
    'CreateQueue',
    'DeleteQueue',
    'GetQueueUrl',
    'ListQueues',
    'GetQueueAttributes',
    'SetQueueAttributes',
    'PurgeQueue',
  ],
  ...['SendMessage', 'SendMessageBatch', 'ReceiveMessage', 'DeleteMessage', 'DeleteMessageBatch'],
  ...['ChangeMessageVisibility', 'ChangeMessageVisibilityBatch', 'TagQueue', 'UntagQueue', 'ListQueueTags'],
])

function notSupported(operation: string): AwsError {
  return new AwsError('NotImplemented', `The embedded stack's SQS does not support ${operation}.`, 501)
}

function readdress(operation: string, payload: Buffer, origin: string): Buffer | string {
  if (operation !== 'CreateQueue' && operation !== 'GetQueueUrl' && operation !== 'ListQueues') return payload
  const value = JSON.parse(payload.toString() || '{}') as { QueueUrl?: string; QueueUrls?: string[] }
  if (value.QueueUrl) value.QueueUrl = queueUrl(origin, queueNameOf(value.QueueUrl))
  if (value.QueueUrls) value.QueueUrls = value.QueueUrls.map((url) => queueUrl(origin, queueNameOf(url)))
  return JSON.stringify(value)
}
