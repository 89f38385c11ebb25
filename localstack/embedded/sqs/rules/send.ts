import { createHash } from 'node:crypto'
import { invalidContents, invalidParameter, invalidValue, missingParameter } from '../errors.ts'
import { delaySecondsMax } from './limits.ts'
import {
  attributeBytes,
  checkMessageAttributes,
  checkSystemAttributes,
  hasInvalidCharacters,
  type MessageAttributes,
  md5OfAttributes,
} from './message-attributes.ts'
import type { QueueSettings } from './queue-attributes.ts'

/** A message as it was sent, checked. */
export interface SentMessage {
  body: string
  bodyMd5: string
  attributes: MessageAttributes
  attributesMd5: string | undefined
  systemAttributesMd5: string | undefined
  traceHeader: string | undefined
  groupId: string | undefined
  /** Undefined in standard queues. */
  deduplicationId: string | undefined
  delayMs: number
  bytes: number
}

type Input = Record<string, unknown>

/** Reads a SendMessage or an entry of a batch. Throws what SQS answers. */
export function checkMessage(input: Input, queue: QueueSettings): SentMessage {
  const { MessageBody: body } = input
  if (typeof body !== 'string' || body === '') throw missingParameter('MessageBody')
  if (hasInvalidCharacters(body)) throw invalidContents()
  const attributes = checkMessageAttributes(input.MessageAttributes)
  const system = checkSystemAttributes(input.MessageSystemAttributes)
  const bytes = Buffer.byteLength(body) + attributeBytes(attributes)
  if (bytes > queue.messageBytesMax)
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${queue.messageBytesMax} bytes.`,
    )
  const groupId = checkId(input, 'MessageGroupId')
  const givenId = checkId(input, 'MessageDeduplicationId')
  const delayMs = delayOf(input, queue)
  if (queue.isFifo && groupId === undefined) throw missingParameter('MessageGroupId')
  if (!queue.isFifo && givenId !== undefined) throw notForThisType(givenId, 'MessageDeduplicationId')
  const deduplicationId = queue.isFifo ? (givenId ?? contentId(body, queue)) : undefined
  return {
    body,
    bodyMd5: createHash('md5').update(body).digest('hex'),
    attributes,
    attributesMd5: md5OfAttributes(attributes),
    systemAttributesMd5: md5OfAttributes(system),
    traceHeader: system.AWSTraceHeader?.StringValue,
    groupId,
    deduplicationId,
    delayMs,
    bytes,
  }
}

/** The body decides, attributes don't. */
function contentId(body: string, { isContentBased }: QueueSettings): string {
  if (!isContentBased)
    throw invalidParameter(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
  return createHash('sha256').update(body).digest('hex')
}

function checkId(input: Input, name: 'MessageGroupId' | 'MessageDeduplicationId'): string | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || !/^[a-zA-Z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/.test(value))
    throw invalidValue(
      value,
      name,
      `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    )
  return value
}

function delayOf({ DelaySeconds: given }: Input, { isFifo, delayMs }: QueueSettings): number {
  if (given === undefined || given === null) return delayMs
  const seconds = Number(given)
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > delaySecondsMax)
    throw invalidValue(given, 'DelaySeconds', `DelaySeconds must be >= 0 and <= ${delaySecondsMax}.`)
  if (isFifo && seconds > 0) throw notForThisType(given, 'DelaySeconds')
  return isFifo ? delayMs : seconds * 1000
}

const notForThisType = (value: unknown, name: string) =>
  invalidValue(value, name, 'The request include parameter that is not valid for this queue type.')

/** Where a deduplication id counts: in its group, or in the whole queue. */
export function deduplicationScope({ deduplicatesByGroup }: QueueSettings, groupId: string): string {
  return deduplicatesByGroup ? groupId : ''
}
