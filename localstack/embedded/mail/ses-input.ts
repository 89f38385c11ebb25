import { AwsError } from '../aws-error.ts'
import { splitAddresses } from './addresses.ts'
import type { Draft } from './mail.ts'
import { readMessage } from './mime.ts'

type Input = Record<string, unknown>

/** The input of SES's SendEmail (`Source`, `Destination`, `Message`, `Tags` …) as a mail. Throws `ValidationError` as SES does. */
export function readSendEmail(input: Input): Draft {
  const destination = object(input.Destination)
  const message = object(input.Message)
  const body = object(message.Body)
  const source = required(input.Source, 'source')
  const subject = required(object(message.Subject).Data, 'message.subject.data')
  const [to, cc, bcc] = ['ToAddresses', 'CcAddresses', 'BccAddresses'].map((name) => list(destination[name]))
  const replyTo = list(input.ReplyToAddresses)
  return {
    source,
    to: to ?? [],
    cc: cc ?? [],
    bcc: bcc ?? [],
    replyTo,
    subject,
    ...optional('text', object(body.Text).Data),
    ...optional('html', object(body.Html).Data),
    headers: {
      from: source,
      ...(to?.length ? { to: to.join(', ') } : {}),
      ...(cc?.length ? { cc: cc.join(', ') } : {}),
      ...(replyTo.length ? { 'reply-to': replyTo.join(', ') } : {}),
      subject,
    },
    tags: tagsOf(input),
  }
}

/** The input of SES's SendRawEmail: a MIME message in base64; `Source` and `Destinations` take the place of its headers. */
export async function readSendRawEmail(input: Input): Promise<Draft> {
  const raw = Buffer.from(required(object(input.RawMessage).Data, 'rawMessage.data'), 'base64').toString('utf8')
  const { headers, ...parts } = await readMessage(raw)
  const destinations = list(input.Destinations)
  const named = (name: string) => splitAddresses(headers[name] ?? '')
  const { bcc: _hidden, ...shown } = headers
  return {
    source: required(input.Source ?? headers.from, 'source'),
    to: destinations.length > 0 ? destinations : named('to'),
    cc: destinations.length > 0 ? [] : named('cc'),
    bcc: destinations.length > 0 ? [] : named('bcc'),
    replyTo: named('reply-to'),
    subject: headers.subject ?? '',
    ...parts,
    headers: shown,
    tags: { ...headerTags(headers['x-ses-message-tags'] ?? ''), ...tagsOf(input) },
    raw,
  }
}

function tagsOf(input: Input): Record<string, string> {
  const tags = Array.isArray(input.Tags) ? input.Tags.map(object) : []
  return Object.fromEntries(tags.map(({ Name, Value }) => [String(Name), String(Value)]))
}

/** `a=1, b=2`, as SES reads the header. */
function headerTags(header: string): Record<string, string> {
  const pairs = header.split(',').map((pair) => pair.split('=').map((half) => half.trim()))
  return Object.fromEntries(pairs.flatMap(([name, value]) => (name && value !== undefined ? [[name, value]] : [])))
}

function required(value: unknown, member: string): string {
  if (typeof value === 'string' && value !== '') return value
  const problem = `Value null at '${member}' failed to satisfy constraint: Member must not be null`
  throw new AwsError('ValidationError', `1 validation error detected: ${problem}`)
}

function optional(name: string, value: unknown): Record<string, string> {
  return typeof value === 'string' ? { [name]: value } : {}
}

function object(value: unknown): Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Input) : {}
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
