import { isUtf8 } from 'node:buffer'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import * as z from 'zod'
import { invalidRequest, Problem } from './problem.ts'

/** The largest request body: fits a text of 32,768 three-byte characters, and most texts that JSON must escape. */
export const bodyBytesMax = 128 * 1024

/** The schema of a body or query without members. */
export const emptyObject = z.strictObject({})

/** All values of a header, in the order received. A repeated header is visible in `multiValueHeaders` only. */
export function headerValues(event: APIGatewayProxyEvent, name: string): string[] {
  const hasName = ([key]: [string, unknown]) => key.toLowerCase() === name.toLowerCase()
  const multiple = Object.entries(event.multiValueHeaders ?? {}).filter(hasName)
  if (multiple.length > 0) return multiple.flatMap(([, values]) => values ?? [])
  const single = Object.entries(event.headers ?? {}).find(hasName)?.[1]
  return single === undefined ? [] : [single]
}

/** The body as a JSON value; an optional body may be empty, which means `{}`. Throws `body-too-large`, `malformed-json`. */
export function parseJsonBody(event: APIGatewayProxyEvent, { required }: { required: boolean }): unknown {
  const text = bodyText(event)
  if (text === '' && !required) return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem('malformed-json', `The body is not valid JSON: ${error instanceof Error ? error.message : error}`)
  }
}

/** Rejects bytes that are not UTF-8, as JSON must be UTF-8 (RFC 8259). */
function bodyText({ body, isBase64Encoded }: APIGatewayProxyEvent): string {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > bodyBytesMax)
    throw new Problem('body-too-large', `The body has ${bytes.length} bytes; the maximum is ${bodyBytesMax} bytes.`)
  if (!isUtf8(bytes)) throw new Problem('malformed-json', 'The body is not encoded in UTF-8.')
  return bytes.toString('utf8')
}

/** Parses a value by its schema. Throws `invalid-request` with one JSON pointer (RFC 6901) per error, unknown members included. */
export function validate<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(issue.path), detail: issue.message }]
    return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'is not a known member' }))
  })
  throw invalidRequest(invalidMembers, errors)
}

const invalidMembers = 'Some members of the request are not valid; `errors` lists them.'

/** The problem that one member, by its JSON pointer, is invalid together with what else is known. */
export function invalidMember(pointer: string, detail: string): Problem {
  return invalidRequest(invalidMembers, [{ pointer, detail }])
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Parses the path parameters. Throws `not-found` for an id that can't exist. */
export function parsePathParams<T>(event: APIGatewayProxyEvent, schema: z.ZodType<T>): T {
  const params = Object.entries(event.pathParameters ?? {}).map(([name, value]) => [name, percentDecoded(value ?? '')])
  const result = schema.safeParse(Object.fromEntries(params))
  if (!result.success) throw new Problem('not-found', 'The path contains an id that no resource can have.')
  return result.data
}

/** REST APIs pass path parameters on as sent; some emulators decode them. No id contains a `%`, so decoding twice is safe. */
function percentDecoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** Parses the query parameters. Throws `invalid-request`, also for unknown and for repeated parameters. */
export function parseQueryParams(
  event: APIGatewayProxyEvent,
  schema: z.ZodObject = emptyObject,
): Record<string, unknown> {
  const all = event.multiValueQueryStringParameters ?? {}
  const repeated = Object.entries(all).filter(([, values]) => (values?.length ?? 0) > 1)
  if (repeated.length > 0) {
    const errors = repeated.map(([name]) => ({ pointer: pointer([name]), detail: 'is repeated' }))
    throw invalidRequest('Each query parameter may be sent once; `errors` lists those repeated.', errors)
  }
  return validate(schema, { ...event.queryStringParameters })
}
