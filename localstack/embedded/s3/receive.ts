import { AwsError } from '../aws-error.ts'
import { decodeAwsChunked, isAwsChunked } from './aws-chunked.ts'
import type { Bodies, Piece } from './bodies.ts'
import {
  type Algorithm,
  checkFormat,
  checksumHeader,
  hasherOf,
  promisedChecksum,
  promisedSha256,
  verifyChecksum,
  verifyMd5,
  verifySha256,
} from './checksums.ts'
import type { Headers } from './headers.ts'

/** Source: Amazon S3 User Guide, "Multipart upload limits": of one PUT and of one part. */
const uploadBytesMax = 5 * 1024 ** 3

export interface Received extends Piece {
  /** MD5 in hexadecimal, without quotes. */
  etag: string
  /** By the wanted algorithm, in base64. */
  checksum: string
  algorithm: Algorithm
}

/**
 * Takes the bytes of an upload, checks them against everything that its headers and trailers promise, and stores them. `algorithm` is the
 * checksum to keep: by default the one that the client chose, else CRC64NVME. Throws S3's errors; nothing is left of a refused body.
 */
export function receiveBody(
  bodies: Bodies,
  headers: Headers,
  source: AsyncIterable<Buffer>,
  algorithm?: Algorithm,
): Promise<Received> {
  return receive(bodies.receive, { headers, source, algorithm, declaredBytes: lengthOf(headers) })
}

interface Body {
  headers: Headers
  source: AsyncIterable<Buffer>
  algorithm: Algorithm | undefined
  declaredBytes: number | undefined
}

async function receive(
  keep: Bodies['receive'],
  { headers, source, algorithm, declaredBytes }: Body,
): Promise<Received> {
  const promised = promisedChecksum(headers)
  const sha256 = promisedSha256(headers)
  const kept = algorithm ?? promised?.algorithm ?? 'CRC64NVME'
  const wanted = new Set<Algorithm | 'MD5'>(['MD5', kept])
  if (promised) wanted.add(promised.algorithm)
  if (sha256) wanted.add('SHA256')
  const hashers = new Map([...wanted].map((name) => [name, hasherOf(name)]))
  const trailers = new Map<string, string>()
  const plain = isAwsChunked(headers) ? decodeAwsChunked(source, (name, value) => trailers.set(name, value)) : source
  const digests = new Map<string, Buffer>()
  const digestOf = (name: string) => digests.get(name) ?? Buffer.alloc(0)
  let receivedBytes = 0

  const piece = await keep(
    plain,
    (chunk) => {
      receivedBytes += chunk.length
      for (const hasher of hashers.values()) hasher.update(chunk)
    },
    async () => {
      if (declaredBytes !== undefined && receivedBytes !== declaredBytes)
        throw new AwsError(
          'IncompleteBody',
          'You did not provide the number of bytes specified by the Content-Length HTTP header',
          400,
        )
      for (const [name, hasher] of hashers) digests.set(name, await hasher.digest())
      verifyMd5(headers['content-md5'], digestOf('MD5'))
      verifySha256(sha256, digestOf('SHA256'))
      if (promised) {
        const value = promised.value ?? trailers.get(checksumHeader(promised.algorithm)) ?? ''
        if (promised.value === undefined) checkFormat(promised.algorithm, value)
        verifyChecksum(promised.algorithm, value, digestOf(promised.algorithm).toString('base64'))
      }
    },
  )
  return {
    ...piece,
    etag: digestOf('MD5').toString('hex'),
    checksum: digestOf(kept).toString('base64'),
    algorithm: kept,
  }
}

/** The small body of a request in XML, checked like any other. Throws `MaxMessageLengthExceeded`. */
export async function receiveText(headers: Headers, source: AsyncIterable<Buffer>, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = []
  const keep: Bodies['receive'] = async (body, onChunk, check) => {
    let sizeBytes = 0
    for await (const chunk of body) {
      sizeBytes += chunk.length
      if (sizeBytes > bytesMax) throw new AwsError('MaxMessageLengthExceeded', 'Your request was too large.', 400)
      chunks.push(chunk)
      onChunk(chunk)
    }
    await check()
    return { blob: '', sizeBytes }
  }
  await receive(keep, { headers, source, algorithm: 'CRC32', declaredBytes: undefined })
  return Buffer.concat(chunks).toString()
}

/** Throws `MissingContentLength`, `EntityTooLarge`. */
function lengthOf(headers: Headers): number {
  const given = isAwsChunked(headers) ? headers['x-amz-decoded-content-length'] : headers['content-length']
  if (given === undefined || !/^\d+$/.test(given))
    throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411)
  if (Number(given) <= uploadBytesMax) return Number(given)
  throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
    ProposedSize: given,
    MaxSizeAllowed: uploadBytesMax,
  })
}
