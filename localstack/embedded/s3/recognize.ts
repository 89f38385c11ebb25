import { AwsError } from '../aws-error.ts'
import type { Headers } from './headers.ts'
import { decodeKey } from './names.ts'

/** An S3 request taken apart. */
export interface S3Request {
  operation: Operation
  /** Empty for `ListBuckets`. */
  bucket: string
  /** Decoded; empty for a request about the bucket. */
  key: string
}

/** A request target as it was sent. A parser of addresses would resolve `..` in it, which in a key means nothing. */
export interface Target {
  /** Still encoded. */
  path: string
  query: URLSearchParams
}

/** Sub-resources and their operations, by method, on a bucket and on an object. A method that is missing is not supported. */
const bucketOperations = {
  '': { GET: 'ListObjects', HEAD: 'HeadBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' },
  'list-type': { GET: 'ListObjectsV2' },
  delete: { POST: 'DeleteObjects' },
  encryption: { GET: 'GetBucketEncryption', PUT: 'PutBucketEncryption', DELETE: 'DeleteBucketEncryption' },
  lifecycle: {
    GET: 'GetBucketLifecycleConfiguration',
    PUT: 'PutBucketLifecycleConfiguration',
    DELETE: 'DeleteBucketLifecycle',
  },
  location: { GET: 'GetBucketLocation' },
  'object-lock': { GET: 'GetObjectLockConfiguration', PUT: 'PutObjectLockConfiguration' },
  publicAccessBlock: {
    GET: 'GetPublicAccessBlock',
    PUT: 'PutPublicAccessBlock',
    DELETE: 'DeletePublicAccessBlock',
  },
  tagging: { GET: 'GetBucketTagging', PUT: 'PutBucketTagging', DELETE: 'DeleteBucketTagging' },
  uploads: { GET: 'ListMultipartUploads' },
  versioning: { GET: 'GetBucketVersioning', PUT: 'PutBucketVersioning' },
  versions: { GET: 'ListObjectVersions' },
} as const
const objectOperations = {
  '': { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' },
  attributes: { GET: 'GetObjectAttributes' },
  retention: { GET: 'GetObjectRetention' },
  tagging: { GET: 'GetObjectTagging', PUT: 'PutObjectTagging', DELETE: 'DeleteObjectTagging' },
  uploads: { POST: 'CreateMultipartUpload' },
  uploadId: {
    GET: 'ListParts',
    PUT: 'UploadPart',
    POST: 'CompleteMultipartUpload',
    DELETE: 'AbortMultipartUpload',
  },
} as const
const copies = { PutObject: 'CopyObject', UploadPart: 'UploadPartCopy' } as const

type OperationIn<T> = { [Sub in keyof T]: T[Sub][keyof T[Sub]] }[keyof T]
export type Operation =
  | 'ListBuckets'
  | OperationIn<typeof bucketOperations>
  | OperationIn<typeof objectOperations>
  | (typeof copies)[keyof typeof copies]

/** Parts of S3 that would otherwise be taken for a plain request on the same address. */
const unsupported = [
  ...['abac', 'accelerate', 'acl', 'analytics', 'cors', 'intelligent-tiering', 'inventory', 'legal-hold', 'logging'],
  ...['metadataConfiguration', 'metadataTable', 'metrics', 'notification', 'ownershipControls', 'policy'],
  ...['policyStatus', 'renameObject', 'replication', 'requestPayment', 'restore', 'select', 'session'],
  ...['torrent', 'website'],
]

/** Headers of S3 that are understood, or that change nothing here. Every other one asks for something that is not done. */
const knownHeaders =
  /^x-amz-(?:acl|bucket-object-lock-enabled|bucket-region|bypass-governance-retention|checksum-(?:.+)|content-sha256|copy-source(?:-.+)?|date|decoded-content-length|expected-bucket-owner|id-2|max-parts|meta-.*|metadata-directive|mp-object-size|object-attributes|object-ownership|part-number-marker|request-payer|sdk-checksum-algorithm|security-token|server-side-encryption(?:-aws-kms-key-id|-bucket-key-enabled|-context)?|source-expected-bucket-owner|storage-class|tagging(?:-directive)?|trailer|user-agent)$/

/** Headers that S3 accepts with exactly these values here. */
const fixedValues: Record<string, readonly string[]> = {
  'x-amz-acl': ['private', 'bucket-owner-full-control'],
  'x-amz-object-ownership': ['BucketOwnerEnforced'],
  'x-amz-server-side-encryption': ['AES256', 'aws:kms'],
  'x-amz-storage-class': ['STANDARD'],
}

/** Host names that address the edge itself; anything before them is a bucket. */
const ownHost = /^(?:(?<bucket>.+?)\.)?(?:s3(?:\.[a-z]+-[a-z]+-\d)?\.)?(?:localhost|localhost\.localstack\.cloud)$/

/** The bucket in a host name such as `uploads.s3.localhost`, if there is one. */
export function bucketOfHost(host: string): string | undefined {
  const bucket = ownHost.exec(host.replace(/:\d+$/, ''))?.groups?.bucket
  return bucket === undefined || /^(?:s3|s3\.[a-z]+-[a-z]+-\d|sqs\..*)$/.test(bucket) ? undefined : bucket
}

export function parseTarget(target: string): Target {
  const question = target.indexOf('?')
  return {
    path: question < 0 ? target : target.slice(0, question),
    query: new URLSearchParams(question < 0 ? '' : target.slice(question + 1)),
  }
}

/** Names the operation. Throws 501 for what the embedded S3 does not do, so that it is never mistaken for something else. */
export function recognizeS3(method: string, host: string, { path, query }: Target, headers: Headers): S3Request {
  const rest = path.replace(/^\//, '')
  const hostBucket = bucketOfHost(host)
  const slash = rest.indexOf('/')
  const bucket = hostBucket ?? decodeKey(slash < 0 ? rest : rest.slice(0, slash))
  const key = decodeKey(hostBucket !== undefined ? rest : slash < 0 ? '' : rest.slice(slash + 1))
  refuseUnsupported(method, query, headers)
  if (bucket === '') {
    if (method === 'GET') return { operation: 'ListBuckets', bucket, key }
    throw notSupported(method, path)
  }
  const operations: Record<string, Partial<Record<string, Operation>>> = key === ''
    ? bucketOperations
    : objectOperations
  const sub = Object.keys(operations).find((name) => name !== '' && query.has(name)) ?? ''
  const operation = operations[sub]?.[method]
  const isForm = String(headers['content-type'] ?? '').startsWith('multipart/form-data')
  // A form upload carries its signature in the form, which nothing here checks.
  if (!operation || (method === 'POST' && isForm)) throw notSupported(method, sub === '' ? path : `?${sub}`)
  const isCopy = headers['x-amz-copy-source'] !== undefined
  if (isCopy && (operation === 'PutObject' || operation === 'UploadPart'))
    return { operation: copies[operation], bucket, key }
  return { operation, bucket, key }
}

function refuseUnsupported(method: string, query: URLSearchParams, headers: Headers): void {
  const sub = unsupported.find((name) => query.has(name))
  if (sub) throw notSupported(method, `?${sub}`)
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('x-amz-') || value === undefined) continue
    if (!knownHeaders.test(name)) throw notSupported('the header', name)
    const values = fixedValues[name]
    if (!values || values.includes(value)) continue
    if (name === 'x-amz-acl') throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400)
    throw notSupported(`${name}:`, value)
  }
}

function notSupported(method: string, what: string): AwsError {
  return new AwsError('NotImplemented', `The embedded stack's S3 does not support ${method} ${what}.`, 501)
}

/** What a copy reads. */
export interface CopySource {
  bucket: string
  key: string
  versionId: string | undefined
}

/** The object that `x-amz-copy-source` names. Throws `InvalidArgument`. */
export function copySource(headers: Headers): CopySource | undefined {
  const header = headers['x-amz-copy-source']
  if (header === undefined) return undefined
  const { path, query } = parseTarget(header)
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decodeKey(path)) ?? []
  if (bucket === undefined || key === undefined)
    throw new AwsError(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      400,
      {
        ArgumentName: 'x-amz-copy-source',
        ArgumentValue: header,
      },
    )
  return { bucket, key, versionId: query.get('versionId') ?? undefined }
}
