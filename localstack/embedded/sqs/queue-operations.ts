import { accountId } from '../ports.ts'
import { dropExpired, type Input, type Operations, queueOf, type SqsContext } from './context.ts'
import {
  invalidParameter,
  invalidValue,
  missingParameter,
  notSupported,
  purgeInProgress,
  queueDeletedRecently,
  queueDoesNotExist,
  queueNameExists,
  typeIsFixed,
  unknownAttribute,
} from './errors.ts'
import { listedMax, nameFreeAfterMs, purgeEveryMs, tagsMax } from './rules/limits.ts'
import {
  type Attributes,
  changedAttributes,
  checkAttributes,
  checkQueueName,
  defaultAttributes,
  settingsOf,
} from './rules/queue-attributes.ts'
import { checkRedriveTarget } from './rules/redrive.ts'
import { type Queue, queueArn, queueNameOfArn } from './storage/queues.ts'

/** The address of a queue at the edge. */
export function queueUrl(origin: string, queueName: string): string {
  return `${origin}/${accountId}/${queueName}`
}

const measured = [
  'QueueArn',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
]
const settable = Object.keys({
  ...defaultAttributes(true),
  Policy: '',
  RedrivePolicy: '',
  RedriveAllowPolicy: '',
  KmsMasterKeyId: '',
  KmsDataKeyReusePeriodSeconds: '',
})
const readable = new Set(['All', ...measured, ...settable])

/** Throws unless the queue may send its dead messages where its policy says. */
export function checkRedrive({ queues }: SqsContext, name: string, attributes: Attributes): void {
  const { redrivePolicy, isFifo } = settingsOf(attributes)
  if (!redrivePolicy) return
  const target = queues.find(queueNameOfArn(redrivePolicy.deadLetterTargetArn))
  const { arn, settings } = target ?? {}
  checkRedriveTarget(
    redrivePolicy,
    { arn: queueArn(name), isFifo },
    arn === redrivePolicy.deadLetterTargetArn && settings
      ? { arn, isFifo: settings.isFifo, redriveAllowPolicy: settings.redriveAllowPolicy }
      : undefined,
  )
}

export function queueOperations(context: SqsContext): Operations {
  const { db, queues, messages, runtime, origin } = context
  const url = (name: string) => queueUrl(origin(), name)

  function list(names: string[], { MaxResults, NextToken }: Input, member: string) {
    const size = MaxResults === undefined ? listedMax : Number(MaxResults)
    const start = NextToken === undefined ? 0 : names.findIndex((name) => name > fromToken(NextToken))
    const rest = start < 0 ? [] : names.slice(start)
    const page = rest.slice(0, size)
    const more = MaxResults !== undefined && rest.length > size
    return {
      ...(page.length > 0 && { [member]: page.map(url) }),
      ...(more && { NextToken: Buffer.from(page.at(-1) ?? '').toString('base64') }),
    }
  }

  return {
    CreateQueue(input) {
      const { QueueName: name, Attributes = {}, tags = input.Tags ?? {} } = input
      if (typeof name !== 'string' || name === '') throw missingParameter('QueueName')
      const given = Attributes as Record<string, unknown>
      const { isFifo } = checkQueueName(name, given)
      const checked = checkAttributes(given, isFifo)
      const existing = queues.find(name)
      if (existing) {
        for (const [attribute, value] of Object.entries(checked))
          if ((existing.attributes[attribute] ?? '') !== value) throw queueNameExists(attribute)
        return { QueueUrl: url(name) }
      }
      const attributes = changedAttributes(defaultAttributes(isFifo), checked)
      checkRedrive(context, name, attributes)
      const nowMs = runtime.now()
      if (nowMs - (queues.deletedMs(name) ?? Number.NEGATIVE_INFINITY) < nameFreeAfterMs) throw queueDeletedRecently()
      db.write(() => queues.create(name, attributes, checkTags(tags, {}), nowMs))
      return { QueueUrl: url(name) }
    },

    DeleteQueue(input) {
      const queue = queueOf(context, input)
      db.write(() => removeQueue(context, queue))
      return {}
    },

    GetQueueUrl({ QueueName: name, QueueOwnerAWSAccountId: owner = accountId }) {
      if (typeof name !== 'string' || name === '') throw missingParameter('QueueName')
      if (owner !== accountId || !queues.find(name)) throw queueDoesNotExist()
      return { QueueUrl: url(name) }
    },

    ListQueues(input) {
      checkListSize(input)
      const prefix = String(input.QueueNamePrefix ?? '')
      return list(queues.names({ prefix, after: '', limit: -1 }), input, 'QueueUrls')
    },

    ListDeadLetterSourceQueues(input) {
      checkListSize(input)
      const sources = sourcesOf(context, queueOf(context, input).arn).map(({ name }) => name)
      return { queueUrls: [], ...list(sources, input, 'queueUrls') }
    },

    GetQueueAttributes(input) {
      const queue = queueOf(context, input)
      const wanted = Array.isArray(input.AttributeNames) ? input.AttributeNames.map(String) : []
      for (const name of wanted) if (!readable.has(name)) throw unknownAttribute(name)
      const nowMs = runtime.now()
      dropExpired(context, queue, nowMs)
      const counts = messages.counts(queue, nowMs)
      const all: Attributes = {
        ...queue.attributes,
        QueueArn: queue.arn,
        ApproximateNumberOfMessages: String(counts.visible),
        ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
        ApproximateNumberOfMessagesDelayed: String(counts.delayed),
        CreatedTimestamp: String(Math.floor(queue.createdMs / 1000)),
        LastModifiedTimestamp: String(Math.floor(queue.modifiedMs / 1000)),
      }
      if (wanted.includes('All')) return { Attributes: all }
      const some = wanted.filter((name) => all[name] !== undefined).map((name) => [name, all[name]])
      return some.length > 0 ? { Attributes: Object.fromEntries(some) } : {}
    },

    SetQueueAttributes(input) {
      const queue = queueOf(context, input)
      const given = (input.Attributes ?? {}) as Record<string, unknown>
      if (Object.keys(given).length === 0) throw missingParameter('Attribute.Name')
      const { FifoQueue, ...changeable } = given
      const { isFifo } = queue.settings
      const checked = checkAttributes(changeable, isFifo)
      if (FifoQueue !== undefined && String(FifoQueue) !== String(isFifo))
        throw isFifo ? typeIsFixed() : unknownAttribute('FifoQueue')
      const attributes = changedAttributes(queue.attributes, checked)
      if (checked.RedrivePolicy) checkRedrive(context, queue.name, attributes)
      db.write(() => changeQueue(context, queue, attributes))
      return {}
    },

    TagQueue(input) {
      const queue = queueOf(context, input)
      const tags = checkTags(input.Tags, queues.tags(queue))
      db.write(() => queues.setTags(queue, tags))
      return {}
    },

    UntagQueue(input) {
      const queue = queueOf(context, input)
      const keys = new Set((input.TagKeys ?? []) as string[])
      const left = Object.entries(queues.tags(queue)).filter(([key]) => !keys.has(key))
      db.write(() => queues.setTags(queue, Object.fromEntries(left)))
      return {}
    },

    ListQueueTags(input) {
      const tags = queues.tags(queueOf(context, input))
      return Object.keys(tags).length > 0 ? { Tags: tags } : {}
    },

    PurgeQueue(input) {
      const queue = queueOf(context, input)
      const nowMs = runtime.now()
      if (nowMs - queue.purgedMs < purgeEveryMs) throw purgeInProgress(queue.name)
      db.write(() => {
        messages.clear(queue)
        queues.setPurged(queue, nowMs)
      })
      return {}
    },

    AddPermission() {
      throw notSupported('AddPermission: the role of the caller decides')
    },

    RemovePermission() {
      throw notSupported('RemovePermission: the role of the caller decides')
    },
  }
}

/** Stores a queue's attributes; within a write. */
export function changeQueue({ queues, messages, runtime, changed }: SqsContext, queue: Queue, attributes: Attributes) {
  const now = queues.change(queue, attributes, runtime.now())
  // In FIFO queues a new delay holds for messages that are there, too.
  if (now.settings.isFifo && now.settings.delayMs !== queue.settings.delayMs) messages.delayAgain(now)
  changed(now)
}

function removeQueue({ db, queues, messages, runtime, changed }: SqsContext, queue: Queue): void {
  messages.clear(queue)
  db.prepare('DELETE FROM deduplications WHERE queue = ?').run(queue.id)
  queues.remove(queue, runtime.now())
  changed(queue)
}

/** Queues whose dead messages go to this one. */
export function sourcesOf({ queues }: SqsContext, arn: string): Queue[] {
  return queues.all().filter(({ settings }) => settings.redrivePolicy?.deadLetterTargetArn === arn)
}

function checkListSize({ MaxResults, NextToken }: Input): void {
  const size = Number(MaxResults)
  if (MaxResults !== undefined && !(Number.isInteger(size) && size >= 1 && size <= listedMax))
    throw invalidValue(MaxResults, 'MaxResults', `Must be between 1 and ${listedMax}, if provided.`)
  if (NextToken !== undefined && fromToken(NextToken) === '') throw invalidParameter('Invalid or expired NextToken.')
}

const fromToken = (token: unknown) => Buffer.from(String(token), 'base64').toString()

function checkTags(given: unknown, stored: Record<string, string>): Record<string, string> {
  const tags = { ...stored, ...((given ?? {}) as Record<string, string>) }
  for (const [key, value] of Object.entries(tags))
    if (key.length < 1 || key.length > 128 || String(value).length > 256)
      throw invalidValue(key, 'Tags', 'A tag key has 1 to 128 characters, a tag value 0 to 256.')
  if (Object.keys(tags).length > tagsMax)
    throw invalidParameter(`Too many tags added for queue: a queue can have at most ${tagsMax}.`)
  return tags
}
