import * as z from 'zod'
import { isBinary } from './proxy-event.ts'

/** What goes back to the client. */
export interface HttpAnswer {
  status: number
  /** In order; a name may repeat. */
  headers: [name: string, value: string][]
  body: Buffer
}

const headerValue = z.union([z.string(), z.boolean().transform(String)])

/** Other members, or other types, make the answer malformed: the gateway then answers 502 itself. */
const ProxyResponse = z.strictObject({
  statusCode: z.coerce.number().int().min(100).max(599).optional(),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
})

/** Headers of a function that the gateway renames, because they are its own to set. */
const remappedHeaders = new Set([
  'authorization',
  'connection',
  'content-length',
  'content-md5',
  'date',
  'expect',
  'host',
  'max-forwards',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'upgrade',
  'user-agent',
  'www-authenticate',
])

/**
 * Reads what a function answered to a proxy event; undefined when it is malformed.
 * Source: API Gateway Developer Guide, "Output format of a Lambda function for proxy integration".
 */
export function proxyResponse(
  payload: unknown,
  accept: string | undefined,
  binaryMediaTypes: string[],
): HttpAnswer | undefined {
  const parsed = ProxyResponse.safeParse(payload)
  if (!parsed.success) return undefined
  const { statusCode = 200, headers, multiValueHeaders, body, isBase64Encoded } = parsed.data
  const decodes = isBase64Encoded === true && isBinary(accept, binaryMediaTypes)
  return {
    status: statusCode,
    headers: withContentType(merged(headers ?? {}, multiValueHeaders ?? {})),
    body: Buffer.from(body ?? '', decodes ? 'base64' : 'utf8'),
  }
}

/** A name in both has the values of both, those of `multiValueHeaders` first. */
function merged(single: Record<string, string>, multiple: Record<string, string[]>): [string, string][] {
  const all: [string, string][] = [
    ...Object.entries(multiple).flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
    ...Object.entries(single).filter(
      ([name, value]) =>
        !Object.entries(multiple).some(
          ([own, values]) => own.toLowerCase() === name.toLowerCase() && values.includes(value),
        ),
    ),
  ]
  return all
    .filter(([name]) => name.toLowerCase() !== 'transfer-encoding')
    .map(([name, value]) => [remappedHeaders.has(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name, value])
}

function withContentType(headers: [string, string][]): [string, string][] {
  const isThere = headers.some(([name]) => name.toLowerCase() === 'content-type')
  return isThere ? headers : [...headers, ['Content-Type', 'application/json']]
}
