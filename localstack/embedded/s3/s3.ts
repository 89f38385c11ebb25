import type { Answer } from '../edge/answer.ts'
import type { Bodies } from './bodies.ts'
import type { Buckets } from './buckets.ts'
import type { Checksum } from './checksums.ts'
import type { Database } from './database.ts'
import type { Headers } from './headers.ts'
import type { S3Request } from './recognize.ts'
import type { Uploads } from './uploads.ts'
import type { Change, Versions } from './versions.ts'
import { writeXml, type Xml } from './xml.ts'

/** An object that came or went. */
export interface ObjectEvent {
  kind: 'created' | 'removed'
  bucketName: string
  key: string
  /** Without quotes; of what came only. */
  etag?: string
  sizeBytes?: number
}

/** The same as bucket notifications tell it. */
export interface ObjectChange extends ObjectEvent {
  /** The name in S3's events. */
  name:
    | 'ObjectCreated:Put'
    | 'ObjectCreated:Copy'
    | 'ObjectCreated:CompleteMultipartUpload'
    | 'ObjectRemoved:Delete'
    | 'ObjectRemoved:DeleteMarkerCreated'
  versionId?: string
  /** Grows with each change, over restarts too. */
  sequence: number
}

/** A request with what it brings. */
export interface S3Call extends S3Request {
  query: URLSearchParams
  /** With those that a presigned address carries in its query. */
  headers: Headers
  body: AsyncIterable<Buffer>
  /** What a `DeleteObjects` names, if its body has been read. */
  deletes?: DeleteRequest
  /** Whether the caller asks to bypass governance for this key, and may. */
  mayBypass?: (key: string) => boolean
}

/** What a `Delete` document asks for. */
export interface DeleteRequest {
  objects: { Key: string; VersionId: string | undefined; ETag: string | undefined }[]
  isQuiet: boolean
}

/** What all operations work with. */
export interface S3 {
  database: Database
  buckets: Buckets
  versions: Versions
  uploads: Uploads
  bodies: Bodies
  /** Epoch milliseconds. */
  now(): number
  newId(): string
  tell(change: ObjectChange): void
}

export type Operate = (s3: S3, call: S3Call) => Answer | Promise<Answer>

export const accountOwner = {
  ID: '8fd1ae6a3b9f04c7d25e0b91746c38aa5f20d9e1b7c4638052ea9d7f416cb03e',
  DisplayName: 'owner',
}

export const noBody = { status: 200, headers: {}, body: '' }

export function xmlAnswer(root: string, content: Xml, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: writeXml(root, content) }
}

export function quoted(etag: string): string {
  return `"${etag}"`
}

/** Times of S3 have whole seconds. */
export function isoTime(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString()
}

/** `ChecksumSHA256` and its like. */
export function checksumXml(checksum: Checksum | undefined): Record<string, Xml> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type } : {}
}

export function versionHeader({ versionId }: { versionId: string | undefined }): Record<string, string> {
  return versionId === undefined ? {} : { 'x-amz-version-id': versionId }
}

/** Deletes what a change left over, and tells those who listen. To be called after its commit. */
export function follow(
  s3: S3,
  name: ObjectChange['name'],
  { bucket, key }: { bucket: string; key: string },
  change: Change,
) {
  s3.bodies.remove(change.dropped)
  const { version, versionId, seq } = change
  const created = name.startsWith('ObjectCreated') ? version : undefined
  s3.tell({
    kind: created ? 'created' : 'removed',
    name,
    bucketName: bucket,
    key,
    ...(created && { etag: created.etag, sizeBytes: created.sizeBytes }),
    ...(versionId !== undefined && { versionId }),
    sequence: seq,
  })
}

/** The file of an upload that was received but came to nothing. */
export function discard(s3: S3, blob: string): void {
  s3.bodies.remove([blob])
}
