import { AwsError } from '../aws-error.ts'
import type { Answer } from '../edge/answer.ts'
import type { Piece } from './bodies.ts'
import { checksumHeader, checksumHeaders } from './checksums.ts'
import { judgeRead } from './conditions.ts'
import { metadataHeaders, overridesOf } from './object-headers.ts'
import { type ByteRange, parseRange } from './ranges.ts'
import { lockHeaders } from './retention.ts'
import { checksumXml, isoTime, quoted, type S3, type S3Call, xmlAnswer } from './s3.ts'
import { notFound, type StoredPiece, type Version } from './versions.ts'

/** Answers up to this size are read at once, which is faster than a stream; larger ones are never whole in memory. */
const bufferedBytesMax = 256 * 1024

export function getObject(s3: S3, call: S3Call): Promise<Answer> {
  return read(s3, call, overridesOf(call.query), true)
}

export function headObject(s3: S3, call: S3Call): Promise<Answer> {
  return read(s3, call, overridesOf(call.query), false)
}

async function read(s3: S3, call: S3Call, overrides: Record<string, string>, withBody: boolean): Promise<Answer> {
  const { bucket, headers, query } = call
  const version = readable(s3, call, query.get('versionId') ?? undefined)
  const { facts, sizeBytes, etag, modifiedMs } = version
  const common = {
    etag: quoted(etag),
    'last-modified': new Date(modifiedMs).toUTCString(),
    ...(s3.buckets.get(bucket).versioning !== '' && { 'x-amz-version-id': version.versionId }),
  }
  if (judgeRead(headers, version) === 'not-modified') return { status: 304, headers: common, body: '' }
  const pieces = s3.versions.piecesOf(version)
  const part = partOf(call, pieces, version)
  const range = part ? part.range : parseRange(headers.range, sizeBytes)
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 }
  const wantsChecksum = headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED'
  const isPartial = range !== undefined || part !== undefined
  const answer = {
    status: isPartial ? 206 : 200,
    headers: {
      ...common,
      'accept-ranges': 'bytes',
      'content-length': String(end - start + 1),
      ...facts.system,
      ...metadataHeaders(facts.metadata),
      ...lockHeaders(facts.retention),
      ...(facts.tags.length > 0 && { 'x-amz-tagging-count': String(facts.tags.length) }),
      ...(isPartial && sizeBytes > 0 && { 'content-range': `bytes ${start}-${end}/${sizeBytes}` }),
      ...(part && facts.partsCount !== undefined && { 'x-amz-mp-parts-count': String(facts.partsCount) }),
      ...(wantsChecksum && (part ? part.checksum : !isPartial && checksumHeaders(facts.checksum))),
      ...overrides,
    },
  }
  return { ...answer, body: withBody ? await bytesOf(s3, pieces, { start, end }) : '' }
}

/** A small body as bytes, a larger one as a stream. */
async function bytesOf({ bodies }: S3, pieces: readonly Piece[], range: ByteRange): Promise<Answer['body']> {
  if (range.end < range.start) return ''
  const stream = bodies.stream(pieces, range)
  if (range.end - range.start >= bufferedBytesMax) return stream
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The version that a read means. Throws `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a delete marker. */
export function readable(
  s3: S3,
  { bucket, key }: Pick<S3Call, 'bucket' | 'key'>,
  versionId: string | undefined,
): Version {
  s3.buckets.get(bucket)
  const version = s3.versions.find(bucket, key, versionId)
  if (!version) throw notFound(key, versionId)
  if (!version.isMarker) return version
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId }
  if (versionId === undefined)
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key }, { headers })
  throw new AwsError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
    { Method: 'GET', ResourceType: 'DeleteMarker' },
    { headers: { ...headers, allow: 'DELETE', 'last-modified': new Date(version.modifiedMs).toUTCString() } },
  )
}

/** The part that `partNumber` asks for. An object that was uploaded at once has one. */
function partOf({ query, headers }: S3Call, pieces: readonly StoredPiece[], { facts, sizeBytes }: Version) {
  const asked = query.get('partNumber')
  if (asked === null) return undefined
  if (headers.range !== undefined)
    throw new AwsError('InvalidRequest', 'Cannot specify both Range header and partNumber query parameter', 400)
  const number = Number(asked)
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', 400, {
      ArgumentName: 'partNumber',
      ArgumentValue: asked,
    })
  const isWhole = facts.partsCount === undefined
  const index = isWhole ? number - 1 : pieces.findIndex((piece) => piece.number === number)
  const piece = pieces[index]
  if (!piece)
    throw new AwsError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      PartNumberRequested: asked,
      ActualPartCount: facts.partsCount ?? 1,
    })
  if (isWhole) return { range: { start: 0, end: sizeBytes - 1 }, checksum: checksumHeaders(facts.checksum) }
  const start = pieces.slice(0, index).reduce((sum, one) => sum + one.sizeBytes, 0)
  const algorithm = facts.checksum?.algorithm
  return {
    range: { start, end: start + piece.sizeBytes - 1 },
    checksum: algorithm && piece.checksum !== undefined ? { [checksumHeader(algorithm)]: piece.checksum } : {},
  }
}

const attributes = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const

export function getObjectAttributes(s3: S3, call: S3Call): Answer {
  const { headers, query } = call
  const wanted = (headers['x-amz-object-attributes'] ?? '').split(',').map((name) => name.trim())
  if (wanted.length === 0 || wanted.some((name) => !attributes.includes(name as (typeof attributes)[number])))
    throw new AwsError('InvalidArgument', 'Invalid attribute name specified.', 400, {
      ArgumentName: 'x-amz-object-attributes',
    })
  const version = readable(s3, call, query.get('versionId') ?? undefined)
  const has = (name: (typeof attributes)[number]) => wanted.includes(name)
  const { facts, etag, sizeBytes, modifiedMs } = version
  return xmlAnswer(
    'GetObjectAttributesResponse',
    {
      ETag: has('ETag') ? etag : undefined,
      Checksum: has('Checksum') && facts.checksum ? checksumXml(facts.checksum) : undefined,
      ObjectParts: has('ObjectParts') && facts.partsCount !== undefined ? partsXml(s3, version, headers) : undefined,
      StorageClass: has('StorageClass') ? 'STANDARD' : undefined,
      ObjectSize: has('ObjectSize') ? sizeBytes : undefined,
    },
    {
      'last-modified': new Date(modifiedMs).toUTCString(),
      ...(s3.buckets.get(call.bucket).versioning !== '' && { 'x-amz-version-id': version.versionId }),
    },
  )
}

function partsXml(s3: S3, version: Version, headers: S3Call['headers']) {
  const pieces = s3.versions.piecesOf(version)
  const after = Number(headers['x-amz-part-number-marker'] ?? 0)
  const max = Math.min(Number(headers['x-amz-max-parts'] ?? 1000), 1000)
  const rest = pieces.filter(({ number }) => number > after)
  const page = rest.slice(0, max)
  const { checksum } = version.facts
  return {
    PartsCount: pieces.length,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? after,
    MaxParts: max,
    IsTruncated: rest.length > page.length,
    Part: page.map((piece) => ({
      PartNumber: piece.number,
      Size: piece.sizeBytes,
      ...(checksum && { [`Checksum${checksum.algorithm}`]: piece.checksum }),
    })),
  }
}

export function lastModifiedXml(version: Version) {
  return { LastModified: isoTime(version.modifiedMs), ETag: quoted(version.etag) }
}
