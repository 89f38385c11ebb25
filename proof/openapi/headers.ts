import * as z from 'zod'
import { retentionHours } from '../../tables/request-keys.ts'

const correlationId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,128}$/)
  .optional()
  .meta({ description: 'Yours, to follow a request through logs, events and effects; made for you otherwise.' })

/** What requests may carry beside their token. */
export const requestHeaders = {
  read: z.object({ 'X-Correlation-Id': correlationId }),
  write: z.object({
    'Idempotency-Key': z.string().meta({
      description:
        `Names this request: repeated within ${retentionHours} hours it takes effect once and gets the first answer. ` +
        '1 to 255 visible ASCII characters without `"`, `,` and `\\`, bare or as a quoted structured-header string.',
      example: '2f1c7c0e-6a52-4f0e-9d35-0d1c5f6f8a11',
    }),
    'If-Match': z.string().optional().meta({
      description: 'The ETag of what you have read: refused with 412 if it has changed since.',
      example: '"3"',
    }),
    'X-Correlation-Id': correlationId,
  }),
}

/** What answers carry. */
export function answerHeaders({ writes = false, created = false, problem = false, outdated = false }) {
  const header = (description: string, schema: { type: 'string'; enum?: string[] } = { type: 'string' }) => ({
    description,
    schema,
  })
  return {
    'X-Correlation-Id': header('Found again in logs, on the event, and on every effect that it led to.'),
    ...(problem && { 'Retry-After': header('Seconds to wait, where `retryable` is true.') }),
    ...(outdated && { ETag: header('The version there is now, quoted.') }),
    ...(!problem && { ETag: header("The version of the resource, quoted; for a comment the ticket's.") }),
    ...(created && { Location: header('Where the new resource is.') }),
    ...(writes && {
      'Idempotent-Replayed': header('There if the same request took effect before: this is its answer.', {
        type: 'string',
        enum: ['true'],
      }),
    }),
  }
}
