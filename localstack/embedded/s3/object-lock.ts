import { AwsError } from '../aws-error.ts'
import type { Answer } from '../edge/answer.ts'
import type { Headers } from './headers.ts'
import { readable } from './read-objects.ts'
import { receiveText } from './receive.ts'
import { enableObjectLock, newRetention, objectLockOf, parseObjectLock } from './retention.ts'
import { isoTime, noBody, type S3, type S3Call, xmlAnswer } from './s3.ts'

const configurationBytesMax = 64 * 1024

/** Throws `InvalidRequest` for an object that would be locked without a promise of what its bytes are. */
export function judgeIntegrity({ buckets, now }: S3, bucket: string, headers: Headers): void {
  const promises = Object.keys(headers).some((name) => /^(content-md5$|x-amz-trailer$|x-amz-checksum-)/.test(name))
  if (promises || !newRetention(buckets, bucket, now())) return
  throw new AwsError(
    'InvalidRequest',
    'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
    400,
  )
}

/** Throws `InvalidArgument` for a deletion that asks to bypass what its bucket does not have. */
export function judgeBypass({ buckets }: S3, bucket: string, headers: Headers): void {
  if (headers['x-amz-bypass-governance-retention'] === undefined || objectLockOf(buckets, bucket) !== undefined) return
  const name = 'x-amz-bypass-governance-retention'
  throw new AwsError('InvalidArgument', `${name} is only applicable to Object Lock enabled buckets.`, 400, {
    ArgumentName: name,
  })
}

export function getObjectRetention(s3: S3, call: S3Call): Answer {
  const { retention } = readable(s3, call, call.query.get('versionId') ?? undefined).facts
  if (objectLockOf(s3.buckets, call.bucket) === undefined)
    throw new AwsError('InvalidRequest', 'Bucket is missing Object Lock Configuration', 400)
  if (!retention)
    throw new AwsError(
      'NoSuchObjectLockConfiguration',
      'The specified object does not have a ObjectLock configuration',
      404,
    )
  return xmlAnswer('Retention', { Mode: retention.mode, RetainUntilDate: isoTime(retention.untilMs) })
}

export function getObjectLockConfiguration({ buckets }: S3, { bucket }: S3Call): Answer {
  buckets.get(bucket)
  const stored = objectLockOf(buckets, bucket)
  if (stored !== undefined) return { status: 200, headers: { 'content-type': 'application/xml' }, body: stored }
  const message = 'Object Lock configuration does not exist for this bucket'
  throw new AwsError('ObjectLockConfigurationNotFoundError', message, 404, { BucketName: bucket })
}

export async function putObjectLockConfiguration(s3: S3, { bucket, headers, body }: S3Call): Promise<Answer> {
  const retention = parseObjectLock(await receiveText(headers, body, configurationBytesMax))
  if (s3.buckets.get(bucket).versioning !== 'Enabled')
    throw new AwsError('InvalidBucketState', 'Versioning must be enabled on the bucket to apply Object Lock', 409)
  enableObjectLock(s3.buckets, bucket, retention)
  return noBody
}
