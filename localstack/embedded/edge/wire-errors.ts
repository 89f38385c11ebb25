import { AwsError } from '../aws-error.ts'
import { escapeText } from '../s3/xml.ts'
import type { Answer } from './answer.ts'
import { queryError } from './query-protocol.ts'

/** How a service writes its errors. */
export type ErrorFormat =
  | { kind: 'json'; prefix: string; contentType: string }
  | { kind: 'query'; namespace: string }
  | { kind: 's3'; resource: string }
  | { kind: 'rest-json' }

/** The error as the service itself would send it. */
export function errorAnswer(error: AwsError, format: ErrorFormat, requestId: string): Answer {
  const { code, message, status, details } = error
  switch (format.kind) {
    case 'json': {
      const body = JSON.stringify({ ...details, __type: `${format.prefix}${code}`, message })
      return { status, headers: { 'content-type': format.contentType }, body }
    }
    case 'query':
      return { status, headers: { 'content-type': 'text/xml' }, body: queryError(format.namespace, error, requestId) }
    case 's3':
      return {
        status,
        headers: { 'content-type': 'application/xml', ...error.headers },
        body: s3Error(error, format.resource, requestId),
      }
    case 'rest-json':
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
        body: JSON.stringify({ ...details, Type: status >= 500 ? 'Service' : 'User', Message: message, message }),
      }
    default:
      return format satisfies never
  }
}

function s3Error({ code, message, details }: AwsError, resource: string, requestId: string): string {
  const members = Object.entries({ Code: code, Message: message, ...details, Resource: resource, RequestId: requestId })
  const inner = members.map(([name, value]) => `<${name}>${escapeText(String(value))}</${name}>`).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`
}

/** Anything else that was thrown, which is this stack's own fault. */
export function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error
  return new AwsError('InternalFailure', 'The embedded stack failed to handle the request; see its log.', 500)
}
