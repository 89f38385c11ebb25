import type { APIGatewayProxyEvent } from 'aws-lambda'
import { Problem } from './problem.ts'
import { headerValues } from './request.ts'

/** 1 to 255 visible ASCII characters without `"`, `,` and `\`. */
const validKey = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]{1,255}$/

/**
 * The request's Idempotency-Key, sent bare or as a structured-header string: `abc` and `"abc"` are the same key
 * (draft-ietf-httpapi-idempotency-key-header, RFC 8941 section 3.3.3). Throws `idempotency-key-missing`, `idempotency-key-malformed`.
 */
export function idempotencyKey(event: APIGatewayProxyEvent): string {
  const values = headerValues(event, 'Idempotency-Key')
  if (values.length === 0)
    throw new Problem(
      'idempotency-key-missing',
      'Send an Idempotency-Key header, for example a UUID. It makes repeating the request safe.',
    )
  if (values.length > 1)
    throw new Problem('idempotency-key-malformed', 'Send exactly one Idempotency-Key header, not several.')
  const value = values[0]?.trim() ?? ''
  const key = /^"(.*)"$/.exec(value)?.[1] ?? value
  if (!validKey.test(key))
    throw new Problem(
      'idempotency-key-malformed',
      'An Idempotency-Key must have 1 to 255 visible ASCII characters, without quotation marks, commas and backslashes.',
    )
  return key
}
