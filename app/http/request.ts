import { isUtf8 } from 'node:buffer'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import * as z from 'zod'
import { Problem } from './problem.ts'

/** The largest request body: room for a text of 32,768 characters of three bytes, and for most that are escaped. */
export const bodyBytesMax = 128 * 1024

/** All values of a header, in order of arrival: a repeated header is visible in `multiValueHeaders` only. */
export function headerValues(event: APIGatewayProxyEvent, name: string): string[] {
  const all = Object.entries(event.multiValueHeaders ?? {}).filter(([key]) => key.toLowerCase() === name.toLowerCase())
  if (all.length > 0) return all.flatMap(([, values]) => values ?? [])
  const single = Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
  return single === undefined ? [] : [single]
}

/** The body as text. Throws `body-too-large`, and `malformed-json` for bytes that are no text: JSON is UTF-8 (RFC 8259). */
function bodyText({ body, isBase64Encoded }: APIGatewayProxyEvent): string {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8')
  if (bytes.length > bodyBytesMax)
    throw new Problem('body-too-large', `The body has ${bytes.length} bytes; ${bodyBytesMax} are allowed.`)
  if (!isUtf8(bytes)) throw new Problem('malformed-json', 'The body is not UTF-8.')
  return bytes.toString('utf8')
}

/** The body as a JSON value; where none is needed, an empty one is `{}`. Throws `body-too-large`, `malformed-json`. */
export function jsonBody(event: APIGatewayProxyEvent, { needed }: { needed: boolean }): unknown {
  const text = bodyText(event)
  if (text === '' && !needed) return {}
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Problem('malformed-json', `The body is not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

/** Parses a value by its schema. Throws `invalid-request` with one JSON pointer (RFC 6901) per error, unknown members included. */
export function valid<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const errors = result.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(issue.path), detail: issue.message }]
    return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), detail: 'is not known' }))
  })
  throw new Problem('invalid-request', 'Some members of the request are not valid; `errors` names them.', { errors })
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The body of a request that takes none. */
export const nothing = z.strictObject({})

/** Path parameters. An id that can't exist is not found, whatever else it may be. Throws `not-found`. */
export function pathParams<T>(event: APIGatewayProxyEvent, schema: z.ZodType<T>): T {
  const given = Object.entries(event.pathParameters ?? {}).map(([name, value]) => [name, decoded(value ?? '')])
  const result = schema.safeParse(Object.fromEntries(given))
  if (!result.success) throw new Problem('not-found', 'No resource has such an id.')
  return result.data
}

/** REST APIs pass path parameters on as they were sent, some emulators decode them. No id has a `%`, so decoding twice is safe. */
function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** Query parameters, each at most once. Throws `invalid-request`, unknown and repeated ones included. */
export function queryParams(event: APIGatewayProxyEvent, schema: z.ZodObject = nothing): Record<string, unknown> {
  const all = event.multiValueQueryStringParameters ?? {}
  const repeated = Object.entries(all).filter(([, values]) => (values?.length ?? 0) > 1)
  if (repeated.length > 0) {
    const errors = repeated.map(([name]) => ({ pointer: pointer([name]), detail: 'is given more than once' }))
    throw new Problem('invalid-request', 'Some query parameters are given more than once; `errors` names them.', {
      errors,
    })
  }
  return valid(schema, { ...event.queryStringParameters })
}
