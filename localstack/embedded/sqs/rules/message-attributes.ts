import { createHash } from 'node:crypto'
import { invalidParameter } from '../errors.ts'
import { messageAttributesMax } from './limits.ts'

/** As in the JSON protocol: binary values are Base64. */
export interface MessageAttribute {
  DataType: string
  StringValue?: string
  BinaryValue?: string
}

export type MessageAttributes = Record<string, MessageAttribute>

/** The characters that SQS takes in bodies and in text attributes. */
export const hasInvalidCharacters = (text: string) =>
  /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(text)

const name256 = 256

export function checkMessageAttributes(given: unknown): MessageAttributes {
  const entries = Object.entries((given ?? {}) as Record<string, Partial<MessageAttribute>>)
  if (entries.length > messageAttributesMax)
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${messageAttributesMax}].`,
    )
  return Object.fromEntries(entries.map(([name, attribute]) => [name, checkAttribute(name, attribute ?? {})]))
}

function checkAttribute(name: string, attribute: Partial<MessageAttribute>): MessageAttribute {
  checkName(name)
  const { DataType: type, StringValue, BinaryValue } = attribute
  if (typeof type !== 'string' || type === '')
    throw invalidParameter(`The message attribute '${name}' must contain non-empty message attribute type.`)
  if (Buffer.byteLength(type) >= name256)
    throw invalidParameter('Message (user) attribute types must be shorter than 256 Bytes')
  const [kind] = /^(String|Number|Binary)(?=\.|$)/.exec(type) ?? []
  if (kind === undefined)
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    )
  if ('StringListValues' in attribute || 'BinaryListValues' in attribute) {
    const lists = attribute as { StringListValues?: unknown[]; BinaryListValues?: unknown[] }
    if (lists.StringListValues?.length || lists.BinaryListValues?.length)
      throw invalidParameter('Message (user) attribute list values in SendMessage operation are not supported.')
  }
  const value = kind === 'Binary' ? BinaryValue : StringValue
  if (typeof value !== 'string' || value === '')
    throw invalidParameter(`Message (user) attribute '${name}' must contain a non-empty value of type '${kind}'.`)
  if (kind === 'Binary') return { DataType: type, BinaryValue: value }
  if (hasInvalidCharacters(value)) throw invalidParameter(`Invalid characters found in message attribute '${name}'.`)
  if (kind === 'Number' && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim()))
    throw invalidParameter(`Can't cast the value of message (user) attribute '${name}' to a number.`)
  return { DataType: type, StringValue: value }
}

function checkName(name: string): void {
  if (Buffer.byteLength(name) > name256)
    throw invalidParameter('Message (user) attribute names must be shorter than 256 Bytes')
  if (!/^[\p{L}0-9_.-]+$/u.test(name))
    throw invalidParameter(
      'Message (user) attributes name can only contain upper and lower score characters, digits, periods, hyphens and underscores. ',
    )
  if (/^(aws\.|amazon\.|\.)|\.$|\.\./i.test(name))
    throw invalidParameter(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use. Additionally, they cannot start or end with '.'.",
    )
}

/** The one system attribute that a sender may give. */
export function checkSystemAttributes(given: unknown): MessageAttributes {
  const attributes = (given ?? {}) as Record<string, Partial<MessageAttribute>>
  for (const [name, { DataType, StringValue }] of Object.entries(attributes)) {
    if (name !== 'AWSTraceHeader')
      throw invalidParameter(`Message system attribute name '${name}' is invalid. Valid names are: AWSTraceHeader.`)
    if (DataType !== 'String' || typeof StringValue !== 'string' || StringValue === '')
      throw invalidParameter(`Message system attribute '${name}' must contain a non-empty value of type 'String'.`)
  }
  return attributes as MessageAttributes
}

/** Bytes that attributes add to a message's size: names, types and values. System attributes don't count. */
export function attributeBytes(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType, StringValue = '', BinaryValue = '' }]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(DataType) +
      Buffer.byteLength(StringValue) +
      Buffer.byteLength(BinaryValue, 'base64'),
    0,
  )
}

/** The digest that SDKs compare (SQS Developer Guide, "Calculating the MD5 message digest for message attributes"). */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  // By code units, as Java's and Python's clients sort.
  const names = Object.keys(attributes).sort()
  if (names.length === 0) return undefined
  const hash = createHash('md5')
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    hash.update(length).update(bytes)
  }
  for (const name of names) {
    const { DataType, StringValue, BinaryValue = '' } = attributes[name] as MessageAttribute
    add(Buffer.from(name))
    add(Buffer.from(DataType))
    hash.update(Buffer.of(StringValue === undefined ? 2 : 1))
    add(StringValue === undefined ? Buffer.from(BinaryValue, 'base64') : Buffer.from(StringValue))
  }
  return hash.digest('hex')
}

/** The attributes that a receiver asked for: by name, by `prefix.*`, or all. */
export function selectAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  if (wanted.some((name) => name === 'All' || name === '.*' || name === '*')) return attributes
  const prefixes = wanted.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2))
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => wanted.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    ),
  )
}
