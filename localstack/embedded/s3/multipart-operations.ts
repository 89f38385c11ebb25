import { AwsError } from '../aws-error.ts'
import type { Answer } from '../edge/answer.ts'
import {
  type Algorithm,
  algorithmOf,
  type Checksum,
  checksumHeader,
  compositeOf,
  etagOfParts,
  hasherOf,
  promisedChecksum,
  verifyChecksum,
} from './checksums.ts'
import { judgeCopySource, judgeWrite } from './conditions.ts'
import { checksumTypeOf, chosenParts, parseComplete, partNumberOf } from './multipart.ts'
import { objectHeaders } from './object-headers.ts'
import { parseRange } from './ranges.ts'
import { readable } from './read-objects.ts'
import { type Received, receiveBody, receiveText } from './receive.ts'
import { copySource } from './recognize.ts'
import {
  accountOwner,
  checksumXml,
  discard,
  follow,
  isoTime,
  noBody,
  quoted,
  type S3,
  type S3Call,
  versionHeader,
  xmlAnswer,
} from './s3.ts'
import { parseTaggingHeader } from './tags.ts'
import type { StoredPart, Upload } from './uploads.ts'
import { encryptionHeaders } from './write-objects.ts'

/** Ten thousand parts with their checksums. */
const completeBodyBytesMax = 4 * 1024 * 1024

export function createMultipartUpload(s3: S3, { bucket, key, headers }: S3Call): Answer {
  s3.buckets.get(bucket)
  const chosen = algorithmOf(headers['x-amz-checksum-algorithm'])
  const algorithm = chosen ?? 'CRC64NVME'
  const asked = headers['x-amz-checksum-type']
  if (asked !== undefined && !chosen)
    throw new AwsError(
      'InvalidRequest',
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
      400,
    )
  const facts = {
    ...objectHeaders(headers),
    tags: parseTaggingHeader(headers['x-amz-tagging']),
    algorithm,
    checksumType: checksumTypeOf(algorithm, asked),
    isChosen: chosen !== undefined,
  }
  const startedMs = s3.now()
  // Ids of one key sort by their time, as uploads are listed.
  const uploadId = `${startedMs.toString(16).padStart(12, '0')}${s3.newId()}`
  s3.uploads.create({ uploadId, bucket, key, startedMs, facts })
  return xmlAnswer(
    'InitiateMultipartUploadResult',
    { Bucket: bucket, Key: key, UploadId: uploadId },
    {
      ...encryptionHeaders(facts),
      ...(chosen && { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': facts.checksumType }),
    },
  )
}

export async function uploadPart(s3: S3, call: S3Call): Promise<Answer> {
  const { headers, query } = call
  const number = partNumberOf(query.get('partNumber'))
  const { uploadId, facts } = uploadOf(s3, call)
  const promised = promisedChecksum(headers)
  const isMissing = facts.isChosen && facts.checksumType === 'COMPOSITE' && !promised
  if (isMissing || (facts.isChosen && promised && promised.algorithm !== facts.algorithm))
    throw new AwsError(
      'InvalidRequest',
      `Checksum Type mismatch occurred, expected checksum Type: ${facts.algorithm.toLowerCase()}, actual checksum Type: ${promised?.algorithm.toLowerCase() ?? 'null'}`,
      400,
    )
  const received = await receiveBody(s3.bodies, headers, call.body, facts.algorithm)
  keepPart(s3, call, uploadId, number, received)
  const sent = promised?.algorithm === facts.algorithm ? { [checksumHeader(facts.algorithm)]: received.checksum } : {}
  const echoed = promised?.value === undefined ? sent : { [checksumHeader(promised.algorithm)]: promised.value }
  return { ...noBody, headers: { etag: quoted(received.etag), ...encryptionHeaders(facts), ...echoed } }
}

function uploadOf(s3: S3, { bucket, key, query }: S3Call): Upload {
  s3.buckets.get(bucket)
  return s3.uploads.get(bucket, key, query.get('uploadId') ?? '')
}

function keepPart(s3: S3, call: S3Call, uploadId: string, number: number, received: Received): StoredPart {
  const part = { number, ...received, modifiedMs: s3.now() }
  try {
    const dropped = s3.database.transact(() => {
      uploadOf(s3, call)
      return s3.uploads.putPart(uploadId, part)
    })
    s3.bodies.remove(dropped)
    return part
  } catch (error) {
    // The upload ended while its part came.
    discard(s3, received.blob)
    throw error
  }
}

export async function uploadPartCopy(s3: S3, call: S3Call): Promise<Answer> {
  const { headers, query } = call
  const number = partNumberOf(query.get('partNumber'))
  const { uploadId, facts } = uploadOf(s3, call)
  const from = copySource(headers)
  if (!from) throw new AwsError('InvalidRequest', 'x-amz-copy-source is missing.', 400)
  const source = readable(s3, from, from.versionId)
  judgeCopySource(headers, source)
  const header = headers['x-amz-copy-source-range']
  if (header !== undefined && !/^bytes=\d+-\d+$/.test(header))
    throw new AwsError(
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      400,
    )
  const [, first = '0', last = String(source.sizeBytes - 1)] = /^bytes=(\d+)-(\d+)$/.exec(header ?? '') ?? []
  if (header !== undefined && (Number(last) >= source.sizeBytes || Number(first) > Number(last)))
    throw new AwsError(
      'InvalidRequest',
      `Range specified is not valid for source object of size: ${source.sizeBytes}`,
      400,
    )
  const range = parseRange(header, source.sizeBytes) ?? { start: 0, end: source.sizeBytes - 1 }
  const bytes = s3.bodies.stream(s3.versions.piecesOf(source), range)
  const length = { 'content-length': String(range.end - range.start + 1) }
  const received = await receiveBody(s3.bodies, length, bytes, facts.algorithm)
  const { modifiedMs, etag, checksum } = keepPart(s3, call, uploadId, number, received)
  const isVersioned = s3.buckets.get(from.bucket).versioning !== ''
  return xmlAnswer(
    'CopyPartResult',
    { LastModified: isoTime(modifiedMs), ETag: quoted(etag), [`Checksum${facts.algorithm}`]: checksum },
    isVersioned ? { 'x-amz-copy-source-version-id': source.versionId } : {},
  )
}

export async function completeMultipartUpload(s3: S3, call: S3Call): Promise<Answer> {
  const { bucket, key, headers } = call
  const { uploadId, facts } = uploadOf(s3, call)
  const { algorithm, checksumType: type, isChosen } = facts
  const named = parseComplete(await receiveText(withoutObjectChecksum(headers), call.body, completeBodyBytesMax))
  const askedType = headers['x-amz-checksum-type']
  if (askedType !== undefined && askedType !== type)
    throw new AwsError(
      'InvalidRequest',
      `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`,
      400,
    )
  const parts = chosenParts(named, s3.uploads.partsOf(uploadId), {
    algorithm,
    needsChecksums: isChosen && type === 'COMPOSITE',
  })
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0)
  const askedSize = headers['x-amz-mp-object-size']
  if (askedSize !== undefined && askedSize !== String(sizeBytes))
    throw new AwsError(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${askedSize} does not match what was computed: ${sizeBytes}`,
      400,
    )
  // First, as it holds on to the files of the parts at once.
  const value =
    type === 'COMPOSITE'
      ? await compositeOf(
          algorithm,
          parts.map(({ checksum = '' }) => checksum),
        )
      : await checksumOfWhole(s3, parts, algorithm, sizeBytes)
  const etag = await etagOfParts(parts.map((part) => part.etag))
  const promised = headers[checksumHeader(algorithm)]
  if (promised !== undefined) verifyChecksum(algorithm, promised.replace(/-\d+$/, ''), value.replace(/-\d+$/, ''))
  const checksum: Checksum = { algorithm, value, type }

  const { system, metadata, tags } = facts
  const change = s3.database.transact(() => {
    uploadOf(s3, call)
    const now = s3.uploads.partsOf(uploadId)
    // A part that was replaced meanwhile is not the one that was summed up.
    chosenParts(named, now, { algorithm, needsChecksums: false })
    judgeWrite(headers, s3.versions.current(bucket, key))
    const version = {
      sizeBytes,
      etag,
      pieces: [],
      facts: { system, metadata, tags, checksum, partsCount: parts.length },
    }
    const put = s3.versions.put(s3.buckets.get(bucket), key, version, s3.now())
    const left = s3.uploads.complete(
      uploadId,
      parts.map(({ number }) => number),
      put.seq,
    )
    return { ...put, dropped: [...put.dropped, ...left] }
  })
  follow(s3, 'ObjectCreated:CompleteMultipartUpload', call, change)
  return xmlAnswer(
    'CompleteMultipartUploadResult',
    {
      Location: `http://${headers.host ?? 'localhost'}/${bucket}/${encodeURIComponent(key)}`,
      Bucket: bucket,
      Key: key,
      ETag: quoted(etag),
      ...checksumXml(checksum),
    },
    { ...encryptionHeaders(facts), ...versionHeader(change) },
  )
}

/** Checksum headers of this request are about the object, not about the request's own body. */
function withoutObjectChecksum(headers: S3Call['headers']): S3Call['headers'] {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^x-amz-(?:checksum-|sdk-checksum-algorithm)/.test(name)),
  )
}

async function checksumOfWhole(
  s3: S3,
  parts: readonly StoredPart[],
  algorithm: Algorithm,
  sizeBytes: number,
): Promise<string> {
  const hasher = hasherOf(algorithm)
  if (sizeBytes > 0)
    for await (const chunk of s3.bodies.stream(parts, { start: 0, end: sizeBytes - 1 })) hasher.update(chunk)
  return (await hasher.digest()).toString('base64')
}

export function abortMultipartUpload(s3: S3, call: S3Call): Answer {
  const dropped = s3.database.transact(() => s3.uploads.abort(uploadOf(s3, call).uploadId))
  s3.bodies.remove(dropped)
  return { status: 204, headers: {}, body: '' }
}

export function listParts(s3: S3, call: S3Call): Answer {
  const { bucket, key, query } = call
  const { uploadId, facts } = uploadOf(s3, call)
  const number = (name: string, fallback: number) => {
    const text = query.get(name) ?? ''
    if (/^\d{0,9}$/.test(text)) return text === '' ? fallback : Number(text)
    throw new AwsError('InvalidArgument', `Provided ${name} not an integer or within integer range`, 400, {
      ArgumentName: name,
      ArgumentValue: text,
    })
  }
  const max = Math.min(number('max-parts', 1000), 1000)
  const after = number('part-number-marker', 0)
  const rest = s3.uploads.partsOf(uploadId).filter((part) => part.number > after)
  const page = rest.slice(0, max)
  return xmlAnswer('ListPartsResult', {
    Bucket: bucket,
    Key: key,
    UploadId: uploadId,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: max,
    IsTruncated: rest.length > page.length,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: isoTime(part.modifiedMs),
      ETag: quoted(part.etag),
      Size: part.sizeBytes,
      [`Checksum${facts.algorithm}`]: part.checksum,
    })),
    Initiator: accountOwner,
    Owner: accountOwner,
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: facts.algorithm,
    ChecksumType: facts.checksumType,
  })
}
