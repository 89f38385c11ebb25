import { AwsError } from '../aws-error.ts'
import type { Answer } from '../edge/answer.ts'
import { type Algorithm, algorithmOf, type Checksum, checksumHeaders, hasherOf } from './checksums.ts'
import { judgeCopySource, judgeWrite } from './conditions.ts'
import { checkKey } from './names.ts'
import { objectHeaders } from './object-headers.ts'
import { judgeBypass, judgeIntegrity } from './object-lock.ts'
import { lastModifiedXml, readable } from './read-objects.ts'
import { receiveBody, receiveText } from './receive.ts'
import { copySource } from './recognize.ts'
import { judgeDeletion } from './retention.ts'
import {
  checksumXml,
  type DeleteRequest,
  discard,
  follow,
  noBody,
  quoted,
  type S3,
  type S3Call,
  versionHeader,
  xmlAnswer,
} from './s3.ts'
import { parseTagging, parseTaggingHeader, type Tag } from './tags.ts'
import type { Change, Facts, NewVersion, StoredPiece, Version } from './versions.ts'
import { childrenOf, malformed, parseXml, textOf, type Xml } from './xml.ts'

/** The largest object of one PUT and of one copy. */
const copyBytesMax = 5 * 1024 ** 3
/** A thousand keys of the greatest length, each character escaped. */
const deleteBodyBytesMax = 8 * 1024 * 1024
const deletedKeysMax = 1000

export async function putObject(s3: S3, call: S3Call): Promise<Answer> {
  const { bucket, key, headers } = call
  s3.buckets.get(bucket)
  const facts = { ...objectHeaders(headers), tags: parseTaggingHeader(headers['x-amz-tagging']) }
  judgeIntegrity(s3, bucket, headers)
  // A condition that fails already spares the upload; it is judged again at the commit.
  judgeWrite(headers, s3.versions.current(bucket, key))
  const { blob, sizeBytes, etag, checksum: value, algorithm } = await receiveBody(s3.bodies, headers, call.body)
  const checksum: Checksum = { algorithm, value, type: 'FULL_OBJECT' }
  const pieces = [{ blob, sizeBytes, etag, checksum: value }]
  const change = store(s3, call, { sizeBytes, etag, facts: { ...facts, checksum }, pieces }, [blob])
  follow(s3, 'ObjectCreated:Put', call, change)
  return {
    ...noBody,
    headers: {
      etag: quoted(etag),
      ...checksumHeaders(checksum),
      ...encryptionHeaders(facts),
      ...versionHeader(change),
    },
  }
}

/** The commit of a write: its condition and its effect are one step. Files that it brought are deleted when it is refused. */
function store(s3: S3, { bucket, key, headers }: S3Call, version: NewVersion, brought: readonly string[]): Change {
  try {
    return s3.database.transact(() => {
      judgeWrite(headers, s3.versions.current(bucket, key))
      return s3.versions.put(s3.buckets.get(bucket), key, version, s3.now())
    })
  } catch (error) {
    for (const blob of brought) discard(s3, blob)
    throw error
  }
}

export function encryptionHeaders({ system }: Pick<Facts, 'system'>): Record<string, string> {
  return Object.fromEntries(Object.entries(system).filter(([name]) => name.startsWith('x-amz-server-side-')))
}

export async function copyObject(s3: S3, call: S3Call): Promise<Answer> {
  const { bucket, key, headers } = call
  s3.buckets.get(bucket)
  const from = copySource(headers)
  if (!from) throw new AwsError('InvalidRequest', 'x-amz-copy-source is missing.', 400)
  const source = readable(s3, from, from.versionId)
  judgeCopySource(headers, source)
  judgeWrite(headers, s3.versions.current(bucket, key))
  const facts = copiedFacts(call, source)
  if (from.bucket === bucket && from.key === key && from.versionId === undefined && facts.isSame)
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      400,
    )
  if (source.sizeBytes > copyBytesMax)
    throw new AwsError(
      'InvalidRequest',
      'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
      400,
    )
  const algorithm = algorithmOf(headers['x-amz-checksum-algorithm']) ?? source.facts.checksum?.algorithm ?? 'CRC64NVME'
  // Nothing may come between the look at a shared file and the commit, or a deletion could take the file away.
  const { bytes, brought } = sharedBytes(s3, source, algorithm) ?? (await copiedBytes(s3, source, algorithm))
  const version = { ...bytes, facts: { ...facts.facts, checksum: bytes.checksum } }
  const change = store(s3, call, version, brought)
  follow(s3, 'ObjectCreated:Copy', call, change)
  const isVersioned = s3.buckets.get(from.bucket).versioning !== ''
  return xmlAnswer(
    'CopyObjectResult',
    { ...(change.version && lastModifiedXml(change.version)), ...checksumXml(bytes.checksum) },
    {
      ...encryptionHeaders(facts.facts),
      ...versionHeader(change),
      ...(isVersioned && { 'x-amz-copy-source-version-id': source.versionId }),
    },
  )
}

function copiedFacts({ headers }: S3Call, source: Version): { facts: Facts; isSame: boolean } {
  const replaces = (name: string, what: string) => {
    const directive = headers[name] ?? 'COPY'
    if (directive !== 'COPY' && directive !== 'REPLACE')
      throw new AwsError('InvalidArgument', `Unknown ${what} directive.`, 400, {
        ArgumentName: name,
        ArgumentValue: directive,
      })
    return directive === 'REPLACE'
  }
  const isReplaced = replaces('x-amz-metadata-directive', 'metadata')
  const { partsCount: _parts, ...kept } = source.facts
  const tags = replaces('x-amz-tagging-directive', 'tagging')
    ? parseTaggingHeader(headers['x-amz-tagging'])
    : source.facts.tags
  const isSame =
    !isReplaced && headers['x-amz-server-side-encryption'] === undefined && headers['x-amz-storage-class'] === undefined
  return { facts: { ...(isReplaced ? objectHeaders(headers) : kept), tags }, isSame }
}

interface Copied {
  bytes: { sizeBytes: number; etag: string; checksum: Checksum; pieces: Omit<StoredPiece, 'number'>[] }
  /** Files that were made for it. */
  brought: string[]
}

/** An object that was uploaded at once shares its file with the copy, if that has the same checksum. */
function sharedBytes({ versions }: S3, source: Version, algorithm: Algorithm): Copied | undefined {
  const { checksum, partsCount } = source.facts
  const pieces = versions.piecesOf(source)
  if (partsCount !== undefined || checksum?.algorithm !== algorithm) return undefined
  return { bytes: { sizeBytes: source.sizeBytes, etag: source.etag, checksum, pieces }, brought: [] }
}

/** Another checksum, and one object of several parts, takes a look at the bytes. */
async function copiedBytes(s3: S3, source: Version, algorithm: Algorithm): Promise<Copied> {
  const pieces = s3.versions.piecesOf(source)
  const { sizeBytes } = source
  const md5 = hasherOf('MD5')
  const hasher = hasherOf(algorithm)
  const stream = sizeBytes === 0 ? [] : s3.bodies.stream(pieces, { start: 0, end: sizeBytes - 1 })
  const copy = await s3.bodies.receive(
    iterate(stream),
    (chunk) => {
      md5.update(chunk)
      hasher.update(chunk)
    },
    async () => {},
  )
  const etag = (await md5.digest()).toString('hex')
  const value = (await hasher.digest()).toString('base64')
  const checksum: Checksum = { algorithm, value, type: 'FULL_OBJECT' }
  return { bytes: { sizeBytes, etag, checksum, pieces: [{ ...copy, etag, checksum: value }] }, brought: [copy.blob] }
}

async function* iterate(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* chunks
}

export function deleteObject(s3: S3, call: S3Call): Answer {
  judgeBypass(s3, call.bucket, call.headers)
  const versionId = call.query.get('versionId') ?? undefined
  const bypasses = call.mayBypass?.(call.key) === true
  const { change, headers } = remove(s3, call, versionId, call.headers, bypasses)
  tellRemoved(s3, call, change, versionId)
  return { status: 204, headers, body: '' }
}

function remove(
  s3: S3,
  { bucket, key }: { bucket: string; key: string },
  versionId: string | undefined,
  conditions: S3Call['headers'],
  bypasses: boolean,
) {
  const change = s3.database.transact(() => {
    const target = s3.buckets.get(bucket)
    const present =
      versionId === undefined ? s3.versions.current(bucket, key) : s3.versions.find(bucket, key, versionId)
    judgeWrite({ 'if-match': conditions['if-match'] }, present)
    if (versionId !== undefined) judgeDeletion(present, s3.now(), bypasses)
    return versionId === undefined
      ? s3.versions.delete(target, key, s3.now())
      : s3.versions.deleteVersion(target, key, versionId)
  })
  const isMarker = change.version?.isMarker === true
  return { change, headers: { ...versionHeader(change), ...(isMarker && { 'x-amz-delete-marker': 'true' }) } }
}

function tellRemoved(s3: S3, of: { bucket: string; key: string }, change: Change, versionId: string | undefined): void {
  const isNewMarker = versionId === undefined && change.version?.isMarker === true
  follow(s3, isNewMarker ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete', of, change)
}

/** What a `Delete` document names. Throws `MalformedXML`. */
function parseDelete(body: string): DeleteRequest {
  const root = parseXml(body)
  const objects = childrenOf(root, 'Object').map((element) => {
    const Key = textOf(element, 'Key')
    if (Key === undefined || Key === '') throw malformed()
    for (const name of ['LastModifiedTime', 'Size'])
      if (textOf(element, name) !== undefined)
        throw new AwsError('NotImplemented', `The embedded stack's S3 does not support ${name} in DeleteObjects.`, 501)
    return { Key, VersionId: textOf(element, 'VersionId'), ETag: textOf(element, 'ETag') }
  })
  if (root.name !== 'Delete' || objects.length === 0 || objects.length > deletedKeysMax) throw malformed()
  return { objects, isQuiet: textOf(root, 'Quiet') === 'true' }
}

/** Reads the body, which the edge has to know before it authorizes. */
export async function readDelete(headers: S3Call['headers'], body: S3Call['body']): Promise<DeleteRequest> {
  const promises = [
    'content-md5',
    'x-amz-trailer',
    ...Object.keys(headers).filter((name) => /^x-amz-checksum-/.test(name)),
  ]
  if (promises.every((name) => headers[name] === undefined))
    throw new AwsError(
      'InvalidRequest',
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
      400,
    )
  return parseDelete(await receiveText(headers, body, deleteBodyBytesMax))
}

export function deleteObjects(
  s3: S3,
  { bucket, headers: asked, mayBypass }: S3Call,
  { objects, isQuiet }: DeleteRequest,
): Answer {
  s3.buckets.get(bucket)
  judgeBypass(s3, bucket, asked)
  const deleted: Xml[] = []
  const errors: Xml[] = []
  for (const { Key, VersionId, ETag } of objects) {
    try {
      checkKey(Key)
      const { change, headers } = remove(
        s3,
        { bucket, key: Key },
        VersionId,
        { 'if-match': ETag },
        mayBypass?.(Key) === true,
      )
      tellRemoved(s3, { bucket, key: Key }, change, VersionId)
      const isMarker = 'x-amz-delete-marker' in headers
      deleted.push({
        Key,
        VersionId,
        ...(isMarker && { DeleteMarker: true, DeleteMarkerVersionId: change.versionId }),
      })
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      errors.push({ Key, VersionId, Code: error.code, Message: error.message })
    }
  }
  return xmlAnswer('DeleteResult', { Deleted: isQuiet ? [] : deleted, Error: errors })
}

export function getObjectTagging(s3: S3, call: S3Call): Answer {
  const version = readable(s3, call, call.query.get('versionId') ?? undefined)
  return xmlAnswer('Tagging', { TagSet: { Tag: version.facts.tags.map((tag) => ({ ...tag })) } })
}

export async function putObjectTagging(s3: S3, call: S3Call): Promise<Answer> {
  const tags = parseTagging(await receiveText(call.headers, call.body, 64 * 1024), 'object')
  return setTags(s3, call, tags, 200)
}

export function deleteObjectTagging(s3: S3, call: S3Call): Answer {
  return setTags(s3, call, [], 204)
}

function setTags(s3: S3, call: S3Call, tags: Tag[], status: number): Answer {
  s3.database.transact(() => {
    const version = readable(s3, call, call.query.get('versionId') ?? undefined)
    s3.versions.setFacts(version, { ...version.facts, tags })
  })
  return { status, headers: {}, body: '' }
}
