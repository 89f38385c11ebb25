import { AwsError } from '../aws-error.ts'

/** An S3 request taken apart. */
export interface S3Request {
  operation: string
  /** Empty for `ListBuckets`. */
  bucket: string
  /** Decoded; empty for a request about the bucket. */
  key: string
}

/** Parts of S3 that would otherwise be taken for a plain request on the same address. */
const subresources = new Set([
  ...['accelerate', 'acl', 'analytics', 'cors', 'encryption', 'intelligent-tiering', 'inventory', 'legal-hold'],
  ...['location', 'logging', 'metadataTable', 'metrics', 'notification', 'object-lock', 'ownershipControls', 'policy'],
  ...['policyStatus', 'publicAccessBlock', 'renameObject', 'replication', 'requestPayment', 'restore', 'retention'],
  ...['select', 'tagging', 'torrent', 'versionId', 'versioning', 'versions', 'website'],
])

/** Host names that address the edge itself; anything before them is a bucket. */
const ownHost = /^(?:(?<bucket>.+)\.)?(?:s3\.)?(?:localhost|localhost\.localstack\.cloud)$/

/** The bucket in a host name such as `uploads.s3.localhost`, if there is one. */
export function bucketOfHost(host: string): string | undefined {
  const bucket = ownHost.exec(host.replace(/:\d+$/, ''))?.groups?.bucket
  return bucket === 's3' || bucket?.startsWith('sqs.') ? undefined : bucket
}

/** Names the operation. Throws 501 for what the embedded S3 does not do, so that it is never mistaken for something else. */
export function recognizeS3(
  method: string,
  host: string,
  url: URL,
  headers: Record<string, string | string[] | undefined>,
): S3Request {
  const path = url.pathname.slice(1)
  const hostBucket = bucketOfHost(host)
  const slash = path.indexOf('/')
  const bucket = hostBucket ?? decodeURIComponent(slash < 0 ? path : path.slice(0, slash))
  const key = decodeURIComponent(hostBucket !== undefined ? path : slash < 0 ? '' : path.slice(slash + 1))
  for (const name of url.searchParams.keys()) if (subresources.has(name)) throw unsupported(method, `?${name}`)
  const query = (name: string) => url.searchParams.has(name)
  const operation =
    key === '' ? bucketOperation(method, bucket, query, headers) : objectOperation(method, query, headers)
  if (operation === undefined) throw unsupported(method, url.pathname + url.search)
  return { operation, bucket, key }
}

type Has = (name: string) => boolean
type Headers = Record<string, string | string[] | undefined>

function bucketOperation(method: string, bucket: string, query: Has, headers: Headers): string | undefined {
  if (bucket === '') return method === 'GET' ? 'ListBuckets' : undefined
  const lifecycle = query('lifecycle')
  switch (method) {
    case 'GET':
      if (query('uploads')) return undefined
      return lifecycle ? 'GetBucketLifecycleConfiguration' : query('list-type') ? 'ListObjectsV2' : 'ListObjects'
    case 'HEAD':
      return 'HeadBucket'
    case 'PUT':
      return lifecycle ? 'PutBucketLifecycleConfiguration' : 'CreateBucket'
    case 'DELETE':
      return lifecycle ? 'DeleteBucketLifecycle' : 'DeleteBucket'
    case 'POST':
      // A form upload carries its signature in the form, which nothing here checks.
      return query('delete') && !String(headers['content-type'] ?? '').startsWith('multipart/')
        ? 'DeleteObjects'
        : undefined
    default:
      return undefined
  }
}

function objectOperation(method: string, query: Has, headers: Headers): string | undefined {
  const copies = headers['x-amz-copy-source'] !== undefined
  switch (method) {
    case 'GET':
      if (query('uploadId')) return undefined
      return query('attributes') ? 'GetObjectAttributes' : 'GetObject'
    case 'HEAD':
      return 'HeadObject'
    case 'PUT':
      if (query('uploadId')) return copies ? undefined : 'UploadPart'
      return copies ? 'CopyObject' : 'PutObject'
    case 'DELETE':
      return query('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject'
    case 'POST':
      if (query('uploads')) return 'CreateMultipartUpload'
      return query('uploadId') ? 'CompleteMultipartUpload' : undefined
    default:
      return undefined
  }
}

function unsupported(method: string, what: string): AwsError {
  return new AwsError('NotImplemented', `The embedded stack's S3 does not support ${method} ${what}.`, 501)
}
