import type { IncomingMessage } from 'node:http'
import { AwsError } from '../aws-error.ts'
import type { ErrorFormat } from './wire-errors.ts'

/** How far a signer's clock may be off: S3 allows more than the others. */
const skewMinutesMax = { s3: 15, others: 5 }

/**
 * Refuses a signature of another time, as AWS does: the clock of who signed is wrong, or someone sends what another one sent long ago.
 * SDKs set their clock by the `Date` of this answer and try again. Source: AWS, "Troubleshoot Signature Version 4"; S3, "Error
 * responses". Throws the error of the service that is asked.
 */
export function checkSigningTime(request: IncomingMessage, { kind }: ErrorFormat, nowMs: number): void {
  const signedAtMs = timeOf(request.headers['x-amz-date'])
  if (request.headers.authorization === undefined || signedAtMs === undefined) return
  const minutes = kind === 's3' ? skewMinutesMax.s3 : skewMinutesMax.others
  if (Math.abs(nowMs - signedAtMs) <= minutes * 60_000) return
  if (kind === 's3')
    throw new AwsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
      {
        RequestTime: stamp(signedAtMs),
        ServerTime: new Date(nowMs).toISOString(),
        MaxAllowedSkewMilliseconds: String(minutes * 60_000),
      },
    )
  const isOld = signedAtMs < nowMs
  const bound = `${stamp(nowMs)} ${isOld ? '-' : '+'} ${minutes} min.`
  const message = isOld
    ? `Signature expired: ${stamp(signedAtMs)} is now earlier than ${stamp(nowMs - minutes * 60_000)} (${bound})`
    : `Signature not yet current: ${stamp(signedAtMs)} is still later than ${stamp(nowMs + minutes * 60_000)} (${bound})`
  throw kind === 'json'
    ? new AwsError('InvalidSignatureException', message)
    : new AwsError(kind === 'query' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException', message, 403)
}

/** `20260131T235959Z` as epoch milliseconds. */
export function timeOf(text: unknown): number | undefined {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(String(text)) ?? []
  return y === undefined ? undefined : Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
}
