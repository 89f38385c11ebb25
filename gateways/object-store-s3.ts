import { createHash } from 'node:crypto'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import {
  attachmentDisposition,
  type Download,
  type ListedObject,
  type ObjectCopy,
  type ObjectHead,
  type ObjectStore,
  type Upload,
} from './object-store.ts'

/** Enough for the largest file (10 MB), and less than a saga step's timeout. */
const requestTimeoutMs = 10_000

/** {@link ObjectStore} in an S3 bucket. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(bucket: string, config: S3ClientConfig = {}) {
    this.#bucket = bucket
    this.#client = new S3Client({
      maxAttempts: 3,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: requestTimeoutMs, throwOnRequestTimeout: true },
      // Emulators resolve no host name per bucket.
      forcePathStyle: config.endpoint !== undefined || process.env.AWS_ENDPOINT_URL !== undefined,
      // A presigned upload carries the SHA-256 that the caller promised, and no CRC32 that the SDK would add.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      ...config,
    })
  }

  /** Every condition of the upload is a signed header. S3 ignores them in the query string, so none may be hoisted there. */
  async presignUpload({ key, contentType, sizeBytes, sha256, expiresAtMs, nowMs }: Upload) {
    const checksum = Buffer.from(sha256, 'hex').toString('base64')
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ContentType: contentType,
      ContentLength: sizeBytes,
      ChecksumSHA256: checksum,
      IfNoneMatch: '*',
    })
    const headers = {
      'Content-Type': contentType,
      'Content-Length': String(sizeBytes),
      'x-amz-checksum-sha256': checksum,
      'If-None-Match': '*',
    }
    const headerNames = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
    const url = await getSignedUrl(this.#client, command, {
      expiresIn: Math.max(1, Math.floor((expiresAtMs - nowMs) / 1000)),
      signableHeaders: new Set([...headerNames, 'host']),
      unhoistableHeaders: headerNames,
    })
    return { url, headers }
  }

  async presignDownload({ key, contentType, fileName, expiresInSeconds }: Download): Promise<string> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ResponseContentType: contentType,
      ResponseContentDisposition: attachmentDisposition(fileName),
    })
    return getSignedUrl(this.#client, command, { expiresIn: expiresInSeconds })
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    try {
      const found = await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }))
      const { ETag: etag = '', ContentLength: sizeBytes = 0, ContentType: contentType } = found
      return { etag, sizeBytes, ...(contentType !== undefined && { contentType }) }
    } catch (error) {
      if (statusOf(error) === 404) return undefined
      throw error
    }
  }

  async read(key: string, { etag, bytesMax }: { etag: string; bytesMax: number }): Promise<Uint8Array | undefined> {
    try {
      const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key, IfMatch: etag })
      const { Body, ContentLength = 0 } = await this.#client.send(command)
      if (ContentLength > bytesMax) {
        await Body?.transformToWebStream().cancel()
        throw new Error(`the object has ${ContentLength} bytes, at most ${bytesMax} were expected`)
      }
      return await Body?.transformToByteArray()
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  async copy({ from, to, etag, contentType, metadata }: ObjectCopy): Promise<'copied' | 'gone'> {
    const CopySource = `${this.#bucket}/${from.split('/').map(encodeURIComponent).join('/')}`
    try {
      await this.#client.send(
        new CopyObjectCommand({
          Bucket: this.#bucket,
          Key: to,
          CopySource,
          CopySourceIfMatch: etag,
          MetadataDirective: 'REPLACE',
          Metadata: metadata,
          ...(contentType !== undefined && { ContentType: contentType }),
        }),
      )
      return 'copied'
    } catch (error) {
      if (isGone(error)) return 'gone'
      throw error
    }
  }

  /** Sends a digest of the body, which S3 requires in a bucket that locks its objects. */
  async putOnce(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'> {
    const ChecksumSHA256 = createHash('sha256').update(bytes).digest('base64')
    const target = { Bucket: this.#bucket, Key: key }
    try {
      await this.#client.send(new PutObjectCommand({ ...target, Body: bytes, ChecksumSHA256, IfNoneMatch: '*' }))
      return 'stored'
    } catch (error) {
      if (statusOf(error) === 412) return 'exists'
      throw error
    }
  }

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }))
  }

  /** Pages by key, not by continuation token: a key stays valid from one round of a sweep to the next. */
  async list(prefix: string, after?: string): Promise<{ objects: ListedObject[]; next?: string }> {
    const page = await this.#client.send(
      new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, ...(after && { StartAfter: after }) }),
    )
    const objects = (page.Contents ?? []).flatMap(({ Key: key, ETag: etag = '', Size: sizeBytes = 0, LastModified }) =>
      key === undefined ? [] : [{ key, etag, sizeBytes, storedAtMs: LastModified?.getTime() ?? 0 }],
    )
    const last = objects.at(-1)
    return { objects, ...(page.IsTruncated && last && { next: last.key }) }
  }
}

function isGone(error: unknown): boolean {
  const status = statusOf(error)
  return status === 404 || status === 412
}

export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
}
