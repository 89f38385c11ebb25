import { AwsError } from '../aws-error.ts'
import type { Answer } from '../edge/answer.ts'
import { type LifecycleRule, parseLifecycle } from './lifecycle.ts'
import { receiveText } from './receive.ts'
import { enableObjectLock, objectLockOf } from './retention.ts'
import { accountOwner, isoTime, noBody, type S3, type S3Call, xmlAnswer } from './s3.ts'
import { parseTagging } from './tags.ts'
import { childOf, malformed, parseXml, textOf } from './xml.ts'

const region = 'us-east-1'
const configurationBytesMax = 256 * 1024
const emptied: Answer = { status: 204, headers: {}, body: '' }

export function listBuckets({ buckets }: S3, { query }: S3Call): Answer {
  const prefix = query.get('prefix') ?? ''
  const max = Number(query.get('max-buckets') ?? 10_000)
  const after = query.get('continuation-token') ?? ''
  const rest = buckets.all().filter(({ name }) => name.startsWith(prefix) && name > after)
  const page = rest.slice(0, max)
  return xmlAnswer('ListAllMyBucketsResult', {
    Owner: accountOwner,
    Buckets: {
      Bucket: page.map(({ name, createdMs }) => ({
        Name: name,
        CreationDate: isoTime(createdMs),
        BucketRegion: region,
      })),
    },
    ContinuationToken: rest.length > page.length ? page.at(-1)?.name : undefined,
    Prefix: prefix === '' ? undefined : prefix,
  })
}

/** Creating one's own bucket again succeeds in this region, as on AWS. */
export function createBucket({ buckets, now }: S3, { bucket, headers }: S3Call): Answer {
  const isNew = buckets.create(bucket, now())
  if (isNew && headers['x-amz-bucket-object-lock-enabled'] === 'true') enableObjectLock(buckets, bucket, undefined)
  return { ...noBody, headers: { location: `/${bucket}` } }
}

export function headBucket({ buckets }: S3, { bucket }: S3Call): Answer {
  buckets.get(bucket)
  return { ...noBody, headers: { 'x-amz-bucket-region': region } }
}

/** Uploads that were never completed go with the bucket. */
export function deleteBucket(s3: S3, { bucket }: S3Call): Answer {
  s3.buckets.delete(bucket)
  for (const { uploadId } of s3.uploads.all(bucket))
    s3.bodies.remove(s3.database.transact(() => s3.uploads.abort(uploadId)))
  return emptied
}

export function getBucketLocation({ buckets }: S3, { bucket }: S3Call): Answer {
  buckets.get(bucket)
  // Empty for us-east-1.
  return xmlAnswer('LocationConstraint', '')
}

export function getBucketVersioning({ buckets }: S3, { bucket }: S3Call): Answer {
  const { versioning } = buckets.get(bucket)
  return xmlAnswer('VersioningConfiguration', { Status: versioning === '' ? undefined : versioning })
}

export async function putBucketVersioning({ buckets }: S3, { bucket, headers, body }: S3Call): Promise<Answer> {
  buckets.get(bucket)
  const root = parseXml(await receiveText(headers, body, configurationBytesMax))
  const status = textOf(root, 'Status')
  if (root.name !== 'VersioningConfiguration') throw malformed()
  if (textOf(root, 'MfaDelete') === 'Enabled')
    throw new AwsError('NotImplemented', "The embedded stack's S3 does not support MfaDelete.", 501)
  if (status !== 'Enabled' && status !== 'Suspended')
    throw new AwsError('IllegalVersioningConfigurationException', 'The Versioning element must be specified', 400)
  if (status === 'Suspended' && objectLockOf(buckets, bucket) !== undefined)
    throw new AwsError(
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
      409,
    )
  buckets.setVersioning(bucket, status)
  return noBody
}

interface Configuration {
  root: string
  /** What S3 answers where there is none. */
  missing: [code: string, message: string]
  /** Throws for one that S3 refuses, or that would have an effect that is missing here. */
  check(body: string): void
}

const configurations = {
  tagging: {
    root: 'Tagging',
    missing: ['NoSuchTagSet', 'The TagSet does not exist'],
    check: (body) => void parseTagging(body, 'bucket'),
  },
  publicAccessBlock: {
    root: 'PublicAccessBlockConfiguration',
    missing: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
    // Nothing is public here, so nothing has to be blocked.
    check: () => {},
  },
  encryption: {
    root: 'ServerSideEncryptionConfiguration',
    missing: [
      'ServerSideEncryptionConfigurationNotFoundError',
      'The server side encryption configuration was not found',
    ],
    check: (body) => {
      if (!childOf(parseXml(body), 'Rule')) throw malformed()
    },
  },
  lifecycle: {
    root: 'LifecycleConfiguration',
    missing: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
    check: (body) => void parseLifecycle(body),
  },
} satisfies Record<string, Configuration>

type ConfigurationName = keyof typeof configurations

export function getConfiguration(name: ConfigurationName) {
  return ({ buckets }: S3, { bucket }: S3Call): Answer => {
    buckets.get(bucket)
    const stored = buckets.setting(bucket, name)
    const { missing } = configurations[name]
    if (stored === undefined) throw new AwsError(missing[0], missing[1], 404, { BucketName: bucket })
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: stored }
  }
}

export function putConfiguration(name: ConfigurationName, status = 200) {
  return async ({ buckets }: S3, { bucket, headers, body }: S3Call): Promise<Answer> => {
    buckets.get(bucket)
    const text = await receiveText(headers, body, configurationBytesMax)
    const { root, check } = configurations[name]
    if (parseXml(text).name !== root) throw malformed()
    check(text)
    buckets.set(bucket, name, text)
    return { ...noBody, status }
  }
}

export function deleteConfiguration(name: ConfigurationName) {
  return ({ buckets }: S3, { bucket }: S3Call): Answer => {
    buckets.set(bucket, name, undefined)
    return emptied
  }
}

/** The rules of a bucket that are on. */
export function lifecycleRules({ buckets }: Pick<S3, 'buckets'>, bucket: string): LifecycleRule[] {
  const stored = buckets.setting(bucket, 'lifecycle')
  return stored === undefined ? [] : parseLifecycle(stored).filter(({ isEnabled }) => isEnabled)
}
