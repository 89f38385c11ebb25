import { invalidAttribute, invalidAttributeName, invalidParameter, notSupported, unknownAttribute } from '../errors.ts'
import { messageBytesMax, visibilitySecondsMax, waitSecondsMax } from './limits.ts'
import { parseRedriveAllowPolicy, parseRedrivePolicy, type RedriveAllowPolicy, type RedrivePolicy } from './redrive.ts'

/** A queue's attributes by their names and as text, as the API takes and gives them. */
export type Attributes = Record<string, string>

const ranges: Record<string, readonly [min: number, max: number]> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, messageBytesMax],
  MessageRetentionPeriod: [60, 14 * 24 * 60 * 60],
  ReceiveMessageWaitTimeSeconds: [0, waitSecondsMax],
  VisibilityTimeout: [0, visibilitySecondsMax],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
}

const choices: Record<string, readonly string[]> = {
  FifoQueue: ['true'],
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
  SqsManagedSseEnabled: ['true', 'false'],
}

/** Given back as they are, for encryption means nothing on one machine. */
const free = new Set(['KmsMasterKeyId'])

const fifoOnly = new Set(['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'])

const policies: Record<string, (text: string) => RedrivePolicy | RedriveAllowPolicy> = {
  RedrivePolicy: parseRedrivePolicy,
  RedriveAllowPolicy: parseRedriveAllowPolicy,
}

export function defaultAttributes(isFifo: boolean): Attributes {
  return {
    DelaySeconds: '0',
    MaximumMessageSize: String(messageBytesMax),
    MessageRetentionPeriod: '345600',
    ReceiveMessageWaitTimeSeconds: '0',
    VisibilityTimeout: '30',
    SqsManagedSseEnabled: 'true',
    ...(isFifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    }),
  }
}

/** What CreateQueue or SetQueueAttributes gave, each in one spelling; an empty policy takes the policy away. Throws as SQS does. */
export function checkAttributes(given: Record<string, unknown>, isFifo: boolean): Attributes {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, checkAttribute(name, String(value), isFifo)]),
  )
}

function checkAttribute(name: string, value: string, isFifo: boolean): string {
  if (name === 'Policy') throw notSupported('queue policies: the role of the caller decides')
  if (fifoOnly.has(name) && !isFifo) throw unknownAttribute(name)
  const range = ranges[name]
  if (range) {
    const number = value === '' ? Number.NaN : Number(value)
    if (!Number.isInteger(number) || number < range[0] || number > range[1]) throw invalidAttribute(name)
    return String(number)
  }
  const choice = choices[name]
  if (choice) {
    if (!choice.includes(value)) throw invalidAttribute(name)
    return value
  }
  const parse = policies[name]
  if (parse) return value === '' ? '' : JSON.stringify(parse(value))
  if (free.has(name)) return value
  throw unknownAttribute(name)
}

/** A queue's attributes after a change. */
export function changedAttributes(stored: Attributes, changes: Attributes): Attributes {
  const merged = { ...stored, ...changes }
  for (const name of [...Object.keys(policies), ...free]) if (merged[name] === '') delete merged[name]
  if (merged.FifoThroughputLimit === 'perMessageGroupId' && merged.DeduplicationScope !== 'messageGroup')
    throw invalidAttribute(
      'FifoThroughputLimit',
      'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.',
    )
  if (changes.KmsMasterKeyId && changes.SqsManagedSseEnabled === 'true')
    throw invalidAttributeName(
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.',
    )
  if (changes.KmsMasterKeyId) merged.SqsManagedSseEnabled = 'false'
  if (changes.SqsManagedSseEnabled === 'true') delete merged.KmsMasterKeyId
  return merged
}

/** Whether a queue of this name and these attributes is FIFO; throws when the two don't agree. */
export function checkQueueName(name: string, given: Record<string, unknown>): { isFifo: boolean } {
  const isFifo = String(given.FifoQueue ?? '') === 'true'
  if (!isFifo && !/^[a-zA-Z0-9_-]{1,80}$/.test(name))
    throw invalidParameter('Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length')
  if (isFifo && !/^(?=.{1,80}$)[a-zA-Z0-9_-]+\.fifo$/.test(name))
    throw invalidParameter(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    )
  return { isFifo }
}

/** What the attributes mean for messages. */
export interface QueueSettings {
  isFifo: boolean
  delayMs: number
  messageBytesMax: number
  retentionMs: number
  waitMs: number
  visibilityMs: number
  isContentBased: boolean
  deduplicatesByGroup: boolean
  redrivePolicy: RedrivePolicy | undefined
  redriveAllowPolicy: RedriveAllowPolicy | undefined
}

export function settingsOf(attributes: Attributes): QueueSettings {
  const { RedrivePolicy: redrive, RedriveAllowPolicy: allow } = attributes
  const ms = (name: string) => Number(attributes[name]) * 1000
  return {
    isFifo: attributes.FifoQueue === 'true',
    delayMs: ms('DelaySeconds'),
    messageBytesMax: Number(attributes.MaximumMessageSize),
    retentionMs: ms('MessageRetentionPeriod'),
    waitMs: ms('ReceiveMessageWaitTimeSeconds'),
    visibilityMs: ms('VisibilityTimeout'),
    isContentBased: attributes.ContentBasedDeduplication === 'true',
    deduplicatesByGroup: attributes.DeduplicationScope === 'messageGroup',
    redrivePolicy: redrive === undefined ? undefined : parseRedrivePolicy(redrive),
    redriveAllowPolicy: allow === undefined ? undefined : parseRedriveAllowPolicy(allow),
  }
}
