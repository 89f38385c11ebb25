import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { AwsError } from '../aws-error.ts'
import { timeOf } from '../edge/signing-time.ts'

type Headers = Record<string, string | string[] | undefined>

export interface PresignedRequest {
  method: string
  /** Path and query exactly as sent. */
  target: string
  headers: Headers
}

/** A week, the longest that SigV4 allows. */
const expiresSecondsMax = 604_800
/** How far ahead a signer's clock may be. */
const clockSkewMs = 15 * 60 * 1000

/** Whether the address carries a signature in its query, or part of one. */
export function isPresigned(query: URLSearchParams): boolean {
  const names = ['X-Amz-Signature', 'X-Amz-Algorithm', 'X-Amz-Credential', 'AWSAccessKeyId']
  return names.some((name) => query.has(name))
}

/**
 * Verifies a presigned S3 address (SigV4 query parameters): all parameters there, in time, every `x-amz-*` header signed, and
 * the signature right. Returns the signer's access key id. Throws S3's own errors.
 * Source: AWS, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)".
 */
export function verifyPresigned(
  { method, target, headers }: PresignedRequest,
  secretFor: (accessKeyId: string) => string | undefined,
  nowMs: number,
): string {
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const parameters = parseQuery(question < 0 ? '' : target.slice(question + 1))
  const one = (name: string) => {
    const values = parameters.filter(([key]) => key === name)
    if (values.length === 1) return values[0]?.[1] ?? ''
    throw malformed(`${name} must be given exactly once.`)
  }
  if (parameters.some(([name]) => name === 'AWSAccessKeyId')) {
    throw new AwsError(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    )
  }
  if (one('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    throw malformed('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256".')
  const signature = one('X-Amz-Signature')
  const [accessKeyId, date, region, service, end] = one('X-Amz-Credential').split('/')
  if (!accessKeyId || !date || !region || service !== 's3' || end !== 'aws4_request') {
    throw malformed('The Credential is mal-formed; expecting "<key>/YYYYMMDD/REGION/s3/aws4_request".')
  }
  const signedAt = one('X-Amz-Date')
  const signedAtMs = timeOf(signedAt)
  const expiresSeconds = Number(one('X-Amz-Expires'))
  if (signedAtMs === undefined || !signedAt.startsWith(date))
    throw malformed('X-Amz-Date must be in the ISO8601 basic format.')
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > expiresSecondsMax) {
    throw malformed('X-Amz-Expires must be between 1 and 604800 seconds.')
  }
  const signedHeaders = one('X-Amz-SignedHeaders').split(';')
  const unsigned = Object.keys(headers).find((name) => name.startsWith('x-amz-') && !signedHeaders.includes(name))
  if (!signedHeaders.includes('host') || unsigned !== undefined) {
    throw denied(`There were headers present in the request which were not signed: ${unsigned ?? 'host'}`)
  }
  if (signedAtMs > nowMs + clockSkewMs) throw denied('Request is not valid yet')
  if (nowMs > signedAtMs + expiresSeconds * 1000) throw denied('Request has expired')

  const secret = secretFor(accessKeyId)
  if (secret === undefined) {
    throw new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403)
  }
  const canonicalQuery = parameters
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  const canonicalHeaders = signedHeaders.map((name) => `${name}:${headerValue(headers[name])}\n`).join('')
  const payload =
    headerValue(headers['x-amz-content-sha256']) || parameter(parameters, 'X-Amz-Content-Sha256') || 'UNSIGNED-PAYLOAD'
  const canonical = [method, path, canonicalQuery, canonicalHeaders, signedHeaders.join(';'), payload].join('\n')
  const scope = `${date}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', signedAt, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = [date, region, 's3', 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`)
  const expected = hmac(key, toSign)
  const given = Buffer.from(signature, 'hex')
  if (given.length === expected.length && timingSafeEqual(given, expected)) return accessKeyId
  throw new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    403,
  )
}

/**
 * A presigned address may carry headers in its query, such as checksums and metadata: those that S3 reads as headers, by their
 * lower-case names.
 */
export function hoistedHeaders(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([name]) => /^x-amz-(checksum|meta|sdk)/.test(name)))
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function parseQuery(query: string): [string, string][] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      const name = equals < 0 ? part : part.slice(0, equals)
      return [decodePart(name), equals < 0 ? '' : decodePart(part.slice(equals + 1))]
    })
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw malformed('The query is not properly encoded.')
  }
}

function parameter(parameters: [string, string][], name: string): string | undefined {
  return parameters.find(([key]) => key === name)?.[1]
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}

function headerValue(value: string | string[] | undefined): string {
  return [value ?? ''].flat().join(',').trim().replace(/ +/g, ' ')
}

function malformed(message: string): AwsError {
  return new AwsError('AuthorizationQueryParametersError', message, 400)
}

function denied(message: string): AwsError {
  return new AwsError('AccessDenied', message, 403)
}
