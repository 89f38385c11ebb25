import * as z from 'zod'
import { retentionHours } from '../../tables/request-keys.ts'

const correlationId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,128}$/)
  .optional()
  .meta({ description: 'Identifies the request in logs, events and effects. Generated if absent or invalid.' })

const traceparent = z.string().optional().meta({
  description:
    'W3C Trace Context: the trace that this request and its effects continue. Replaced by a new one if absent or invalid.',
})

/** The request headers besides `Authorization`. */
export const requestHeaders = {
  read: z.object({ 'X-Correlation-Id': correlationId, traceparent }),
  write: z.object({
    'Idempotency-Key': z.string().meta({
      description:
        `Identifies the request: repeated within ${retentionHours} hours, it takes effect once and gets the first response. ` +
        '1 to 255 visible ASCII characters without `"`, `,` and `\\`, bare or as a quoted structured-header string.',
      example: '2f1c7c0e-6a52-4f0e-9d35-0d1c5f6f8a11',
    }),
    'If-Match': z.string().optional().meta({
      description: 'The ETag that you have read. If the resource has changed since, the request is refused with 412.',
      example: '"3"',
    }),
    'X-Correlation-Id': correlationId,
    traceparent,
  }),
}

/** The response headers. */
export function responseHeaders({
  writes = false,
  created = false,
  problem = false,
  versionMismatch = false,
  view = false,
}) {
  const header = (description: string, schema: { type: 'string'; enum?: string[] } = { type: 'string' }) => ({
    description,
    schema,
  })
  return {
    'X-Correlation-Id': header('Identifies the request in logs, on its event, and on every effect of that event.'),
    ...(problem && {
      'Retry-After': header('Seconds to wait before repeating the request; sent if `retryable` is true.'),
    }),
    ...(versionMismatch && { ETag: header('The current version of the resource, quoted.') }),
    ...(!problem &&
      !view && { ETag: header("The version of the resource, quoted. For a comment: the ticket's version.") }),
    ...(view && {
      'X-View-Sequence': header('How many events the read model reflects. It never falls.'),
      'X-View-Stale': header(
        'Present if the read model is known to lack something: `incomplete`, it is new and lacks the past until it is rebuilt; `blocked`, an event of a ticket could not be applied; `behind`, the newest ticket is not in it as it is now. Several are separated by commas.',
      ),
    }),
    ...(created && { Location: header('The URL path of the new resource.') }),
    ...(writes && {
      'Idempotent-Replayed': header(
        'Present if the request took effect before: this is the stored response of that request.',
        {
          type: 'string',
          enum: ['true'],
        },
      ),
    }),
  }
}
