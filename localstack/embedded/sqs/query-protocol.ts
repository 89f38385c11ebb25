import { AwsError } from '../aws-error.ts'
import { escapeXml } from '../edge/query-protocol.ts'
import type { Input, Output } from './context.ts'
import { SqsError } from './errors.ts'

/** SQS's query protocol, which older SDKs and CLIs speak, as the input and output of the JSON protocol. */
const namespace = 'http://queue.amazonaws.com/doc/2012-11-05/'

type Nested = Record<string, unknown>

/** Lists by their names in a form, `NAME.1`, `NAME.2`. */
const lists: Record<string, string> = {
  AttributeName: 'AttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  TagKey: 'TagKeys',
}

/** Maps by their names in a form: `NAME.1.KEY`, `NAME.1.Value`. */
const maps: Record<string, { member: string; key: string }> = {
  Attribute: { member: 'Attributes', key: 'Name' },
  MessageAttribute: { member: 'MessageAttributes', key: 'Name' },
  MessageSystemAttribute: { member: 'MessageSystemAttributes', key: 'Name' },
  Tag: { member: 'Tags', key: 'Key' },
}

/** The form's parameters as JSON input. Old clients call the queue's own address instead of naming it. */
export function inputOfForm(form: Nested, path: string): Input {
  const QueueUrl = /^\/\d{12}\/[^/]+$/.test(path) ? path : undefined
  return { ...(QueueUrl !== undefined && { QueueUrl }), ...fromForm(form) }
}

function fromForm(form: Nested): Input {
  return Object.fromEntries(
    Object.entries(form).map(([name, value]) => {
      const list = lists[name]
      if (list) return [list, numbered(value)]
      const map = maps[name]
      if (map) {
        const entries = numbered(value).filter((entry): entry is Nested => typeof entry === 'object' && entry !== null)
        return [map.member, Object.fromEntries(entries.map((entry) => [String(entry[map.key]), entry.Value]))]
      }
      if (name.endsWith('RequestEntry')) return ['Entries', numbered(value).map((entry) => fromForm(entry as Nested))]
      return [name, value]
    }),
  )
}

function numbered(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value]
  return Object.entries(value)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, one]) => one)
}

/** The XML of an output, with lists as repeated elements. */
export function xmlOfOutput(action: string, output: Output, requestId: string): string {
  return (
    `<?xml version="1.0"?><${action}Response xmlns="${namespace}"><${action}Result>${members(output, action)}</${action}Result>` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
  )
}

function members(output: Output, action: string): string {
  return Object.entries(output)
    .map(([name, value]) => member(name, value, action))
    .join('')
}

function member(name: string, value: unknown, action: string): string {
  const each = (element: string, values: unknown, write: (one: never) => string) =>
    (values as never[]).map((one) => `<${element}>${write(one)}</${element}>`).join('')
  const pairs = (element: string, key: string, write: (one: never) => string) =>
    each(
      element,
      Object.entries(value as Nested),
      ([name, inner]: [string, never]) => `<${key}>${text(name)}</${key}><Value>${write(inner)}</Value>`,
    )
  const inner = (one: Output) => members(one, action)
  switch (name) {
    case 'QueueUrls':
    case 'queueUrls':
      return each('QueueUrl', value, text)
    case 'Attributes':
      return pairs('Attribute', 'Name', text)
    case 'MessageAttributes':
      return pairs('MessageAttribute', 'Name', inner)
    case 'Tags':
      return pairs('Tag', 'Key', text)
    case 'Messages':
      return each('Message', value, inner)
    case 'Successful':
      return each(`${action}ResultEntry`, value, inner)
    case 'Failed':
      return each('BatchResultErrorEntry', value, inner)
    case 'Results':
      return each('ListMessageMoveTasksResultEntry', value, inner)
    default:
      return `<${name}>${text(value)}</${name}>`
  }
}

/** A parser would read a bare carriage return as a line feed. */
const text = (value: unknown) => escapeXml(String(value)).replaceAll('\r', '&#xD;')

/** The error with its name in this protocol. */
export function asQueryError(error: unknown): unknown {
  if (!(error instanceof SqsError)) return error
  const isMissing = error.code === 'QueueDoesNotExist'
  const message = isMissing ? 'The specified queue does not exist for this wsdl version.' : error.message
  return new AwsError(error.queryCode, message, error.status)
}
