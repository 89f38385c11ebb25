import { AwsError } from '../aws-error.ts'
import type { Answer } from '../edge/answer.ts'
import { type After, listPage, type Page } from './listing.ts'
import { encodeKey } from './names.ts'
import { accountOwner, isoTime, quoted, type S3, type S3Call, xmlAnswer } from './s3.ts'
import { toUpload } from './uploads.ts'
import { toVersion, type Version } from './versions.ts'
import type { Xml } from './xml.ts'

const pageMax = 1000

export function listObjectsV2(s3: S3, { bucket, query }: S3Call): Answer {
  s3.buckets.get(bucket)
  if (query.get('list-type') !== '2') throw invalid('list-type', query.get('list-type'), 'Invalid list type')
  const common = commonOf(query, 'max-keys')
  const token = query.get('continuation-token')
  const startAfter = query.get('start-after') ?? ''
  const after =
    token === null
      ? startAfter === ''
        ? undefined
        : { key: Buffer.from(startAfter), skipsItsPrefix: false }
      : { key: decodeToken(token), skipsItsPrefix: true }
  const page = listPage((from) => s3.versions.objectsFrom(bucket, from), { ...common, after })
  const { encode } = common
  return xmlAnswer('ListBucketResult', {
    Name: bucket,
    Prefix: encode(common.prefix),
    StartAfter: startAfter === '' ? undefined : encode(Buffer.from(startAfter)),
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.isTruncated ? encodeToken(page.last) : undefined,
    KeyCount: page.entries.length + page.commonPrefixes.length,
    ...commonXml(common, page, 'MaxKeys'),
    Contents: page.entries.map((row) => objectXml(toVersion(row), encode, query.get('fetch-owner') === 'true')),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  })
}

export function listObjects(s3: S3, { bucket, query }: S3Call): Answer {
  s3.buckets.get(bucket)
  const common = commonOf(query, 'max-keys')
  const marker = query.get('marker') ?? ''
  const after = marker === '' ? undefined : { key: Buffer.from(marker), skipsItsPrefix: true }
  const page = listPage((from) => s3.versions.objectsFrom(bucket, from), { ...common, after })
  const { encode } = common
  return xmlAnswer('ListBucketResult', {
    Name: bucket,
    Prefix: encode(common.prefix),
    Marker: encode(Buffer.from(marker)),
    // Without a delimiter the last key is the marker, as callers of this older API know.
    NextMarker: page.isTruncated && common.delimiter.length > 0 ? encode(page.last) : undefined,
    ...commonXml(common, page, 'MaxKeys'),
    Contents: page.entries.map((row) => objectXml(toVersion(row), encode, true)),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  })
}

export function listObjectVersions(s3: S3, { bucket, query }: S3Call): Answer {
  s3.buckets.get(bucket)
  const common = commonOf(query, 'max-keys')
  const keyMarker = query.get('key-marker') ?? ''
  const idMarker = query.get('version-id-marker') ?? ''
  if (idMarker !== '' && keyMarker === '')
    throw invalid('version-id-marker', idMarker, 'A version-id marker cannot be specified without a key marker.')
  const marked = idMarker === '' ? undefined : s3.versions.find(bucket, keyMarker, idMarker)
  const key = Buffer.from(keyMarker)
  const after: After | undefined =
    keyMarker === '' ? undefined : { key, skipsItsPrefix: true, isInclusive: marked !== undefined }
  const seek = (from: Buffer) => s3.versions.versionsFrom(bucket, from, from.equals(key) ? marked?.seq : undefined)
  const page = listPage(seek, { ...common, after })
  const { encode } = common
  const versions = page.entries.map(toVersion)
  return xmlAnswer('ListVersionsResult', {
    Name: bucket,
    Prefix: encode(common.prefix),
    KeyMarker: encode(key),
    VersionIdMarker: idMarker,
    NextKeyMarker: page.isTruncated ? encode(page.last) : undefined,
    NextVersionIdMarker: page.isTruncated && page.lastEntry ? toVersion(page.lastEntry).versionId : undefined,
    ...commonXml(common, page, 'MaxKeys'),
    Version: versions
      .filter(({ isMarker }) => !isMarker)
      .map((version) => ({
        ...objectXml(version, encode, true),
        VersionId: version.versionId,
        IsLatest: version.isLatest,
      })),
    DeleteMarker: versions
      .filter(({ isMarker }) => isMarker)
      .map((version) => ({
        Key: encode(Buffer.from(version.key)),
        VersionId: version.versionId,
        IsLatest: version.isLatest,
        LastModified: isoTime(version.modifiedMs),
        Owner: accountOwner,
      })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  })
}

export function listMultipartUploads(s3: S3, { bucket, query }: S3Call): Answer {
  s3.buckets.get(bucket)
  const common = commonOf(query, 'max-uploads')
  const keyMarker = query.get('key-marker') ?? ''
  const idMarker = keyMarker === '' ? '' : (query.get('upload-id-marker') ?? '')
  const key = Buffer.from(keyMarker)
  const after = keyMarker === '' ? undefined : { key, skipsItsPrefix: true, isInclusive: idMarker !== '' }
  const seek = function* (from: Buffer) {
    for (const row of s3.uploads.uploadsFrom(bucket, from))
      if (idMarker === '' || !row.key.equals(key) || String(row.upload_id) > idMarker) yield row
  }
  const page = listPage(seek, { ...common, after })
  const { encode } = common
  return xmlAnswer('ListMultipartUploadsResult', {
    Bucket: bucket,
    KeyMarker: encode(key),
    UploadIdMarker: idMarker,
    Prefix: encode(common.prefix),
    NextKeyMarker: page.isTruncated ? encode(page.last) : undefined,
    NextUploadIdMarker: page.isTruncated && page.lastEntry ? toUpload(page.lastEntry).uploadId : undefined,
    ...commonXml(common, page, 'MaxUploads'),
    Upload: page.entries.map(toUpload).map(({ key: name, uploadId, startedMs, facts }) => ({
      Key: encode(Buffer.from(name)),
      UploadId: uploadId,
      Initiator: accountOwner,
      Owner: accountOwner,
      StorageClass: 'STANDARD',
      Initiated: isoTime(startedMs),
      ChecksumAlgorithm: facts.algorithm,
      ChecksumType: facts.checksumType,
    })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  })
}

type Encode = (key: Buffer) => string

interface Common {
  prefix: Buffer
  delimiter: Buffer
  maxKeys: number
  encodingType: string | undefined
  encode: Encode
}

function commonOf(query: URLSearchParams, maxName: string): Common {
  const encodingType = query.get('encoding-type') ?? undefined
  if (encodingType !== undefined && encodingType !== 'url')
    throw invalid('encoding-type', encodingType, 'Invalid Encoding Method specified in Request')
  const max = query.get(maxName) ?? ''
  if (!/^\d*$/.test(max) || Number(max) > 0x7f_ff_ff_ff)
    throw invalid(maxName, max, `Argument ${maxName} must be an integer between 0 and 2147483647`)
  return {
    prefix: Buffer.from(query.get('prefix') ?? ''),
    delimiter: Buffer.from(query.get('delimiter') ?? ''),
    maxKeys: max === '' ? pageMax : Math.min(Number(max), pageMax),
    encodingType,
    encode: (key) => (encodingType === 'url' ? encodeKey(key.toString()) : key.toString()),
  }
}

function commonXml({ maxKeys, delimiter, encodingType, encode }: Common, page: Page<unknown>, maxName: string) {
  return {
    [maxName]: maxKeys,
    Delimiter: delimiter.length === 0 ? undefined : encode(delimiter),
    EncodingType: encodingType,
    IsTruncated: page.isTruncated,
  }
}

function objectXml({ key, modifiedMs, etag, sizeBytes, facts }: Version, encode: Encode, withOwner: boolean) {
  return {
    Key: encode(Buffer.from(key)),
    LastModified: isoTime(modifiedMs),
    ETag: quoted(etag),
    ...(facts.checksum && { ChecksumAlgorithm: facts.checksum.algorithm, ChecksumType: facts.checksum.type }),
    Size: sizeBytes,
    ...(withOwner && { Owner: accountOwner }),
    StorageClass: 'STANDARD',
  } satisfies Xml
}

function encodeToken(key: Buffer): string {
  return Buffer.concat([Buffer.from([1]), key]).toString('base64url')
}

function decodeToken(token: string): Buffer {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes[0] === 1 && bytes.toString('base64url') === token) return bytes.subarray(1)
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', 400, {
    ArgumentName: 'continuation-token',
  })
}

function invalid(name: string, value: string | null, message: string): AwsError {
  return new AwsError('InvalidArgument', message, 400, { ArgumentName: name, ArgumentValue: value ?? '' })
}
