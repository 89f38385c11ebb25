import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc'
import { AwsError } from '../aws-error.ts'
import type { Headers } from './headers.ts'

export type Algorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256'

/** A stored checksum, in base64. A composite one, of an object in parts, ends with `-` and their number. */
export interface Checksum {
  algorithm: Algorithm
  value: string
  type: 'FULL_OBJECT' | 'COMPOSITE'
}

/** What an upload promises of its bytes. */
export interface Promised {
  algorithm: Algorithm
  /** In base64; undefined when it follows the body, in a trailer. */
  value: string | undefined
}

/** Bytes of each digest. */
const sizes: Record<Algorithm, number> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 }
const algorithms = Object.keys(sizes) as Algorithm[]
const prefix = 'x-amz-checksum-'
const unsupported = ['md5', 'sha512', 'xxhash3', 'xxhash64', 'xxhash128'].map((name) => prefix + name)

export interface Hasher {
  update(bytes: Uint8Array): void
  digest(): Promise<Buffer>
}

export function hasherOf(algorithm: Algorithm | 'MD5'): Hasher {
  switch (algorithm) {
    case 'CRC32': {
      let value = 0
      return {
        update(bytes) {
          value = crc32(bytes, value)
        },
        async digest() {
          const digest = Buffer.alloc(4)
          digest.writeUInt32BE(value)
          return digest
        },
      }
    }
    case 'CRC32C':
    case 'CRC64NVME': {
      const crc = algorithm === 'CRC32C' ? new Crc32c() : new Crc64Nvme()
      return { update: (bytes) => crc.update(bytes), digest: async () => Buffer.from(await crc.digest()) }
    }
    default: {
      const hash = createHash(algorithm.toLowerCase())
      return { update: (bytes) => void hash.update(bytes), digest: async () => hash.digest() }
    }
  }
}

/** The algorithm that a header or an element names. Throws `InvalidRequest`. */
export function algorithmOf(name: string | undefined): Algorithm | undefined {
  if (name === undefined) return undefined
  const found = algorithms.find((one) => one === name.toUpperCase())
  if (found) return found
  throw new AwsError(
    'InvalidRequest',
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    400,
  )
}

export function checksumHeader(algorithm: Algorithm): string {
  return prefix + algorithm.toLowerCase()
}

/** The checksum that an upload's headers promise, in a header or in a trailer. Throws `InvalidRequest` for an invalid one. */
export function promisedChecksum(headers: Headers): Promised | undefined {
  const trailers = (headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim().toLowerCase())
  const found = algorithms.filter(
    (one) => headers[checksumHeader(one)] !== undefined || trailers.includes(checksumHeader(one)),
  )
  const other = unsupported.find((name) => headers[name] !== undefined || trailers.includes(name))
  if (other) throw new AwsError('NotImplemented', `The embedded stack's S3 does not support ${other}.`, 501)
  const [algorithm, another] = found
  if (another) throw invalid('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.')
  if (!algorithm) {
    if (headers['x-amz-sdk-checksum-algorithm'] !== undefined && algorithmOf(headers['x-amz-sdk-checksum-algorithm']))
      throw invalid(
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
      )
    return undefined
  }
  const value = headers[checksumHeader(algorithm)]
  if (value !== undefined) checkFormat(algorithm, value)
  return { algorithm, value }
}

/** Throws `InvalidRequest` for what can't be a checksum of this kind. */
export function checkFormat(algorithm: Algorithm, value: string): void {
  const bytes = Buffer.from(value, 'base64')
  if (bytes.length !== sizes[algorithm] || bytes.toString('base64') !== value)
    throw invalid(`Value for ${checksumHeader(algorithm)} header is invalid.`)
}

export function verifyChecksum(algorithm: Algorithm, promised: string, actual: string): void {
  if (promised === actual) return
  throw new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`, 400)
}

/** In base64 as in the header. Throws `InvalidDigest`, `BadDigest`. */
export function verifyMd5(promised: string | undefined, md5: Buffer): void {
  if (promised === undefined) return
  const bytes = Buffer.from(promised, 'base64')
  if (bytes.length !== 16) throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400)
  if (bytes.equals(md5)) return
  throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, {
    ExpectedDigest: promised,
    CalculatedDigest: md5.toString('base64'),
  })
}

const payloadWords =
  /^(?:[0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-(?:UNSIGNED-PAYLOAD-TRAILER|AWS4-HMAC-SHA256-PAYLOAD(?:-TRAILER)?))$/

/** The SHA-256 in hexadecimal that `x-amz-content-sha256` promises, if it does. Throws `InvalidArgument`. */
export function promisedSha256(headers: Headers): string | undefined {
  const value = headers['x-amz-content-sha256']
  if (value === undefined) return undefined
  if (!payloadWords.test(value))
    throw new AwsError(
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
      400,
      { ArgumentName: 'x-amz-content-sha256', ArgumentValue: value },
    )
  return value.length === 64 ? value : undefined
}

export function verifySha256(promised: string | undefined, actual: Buffer): void {
  if (promised === undefined || promised === actual.toString('hex')) return
  throw new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
    { ClientComputedContentSHA256: promised, S3ComputedContentSHA256: actual.toString('hex') },
  )
}

/** The checksum of checksums that stands for an object in parts. */
export async function compositeOf(algorithm: Algorithm, parts: readonly string[]): Promise<string> {
  const hasher = hasherOf(algorithm)
  for (const part of parts) hasher.update(Buffer.from(part, 'base64'))
  return `${(await hasher.digest()).toString('base64')}-${parts.length}`
}

/** The ETag of an object in parts, without quotes: MD5 of the parts' MD5s, and their number. */
export async function etagOfParts(etags: readonly string[]): Promise<string> {
  const hasher = hasherOf('MD5')
  for (const etag of etags) hasher.update(Buffer.from(etag, 'hex'))
  return `${(await hasher.digest()).toString('hex')}-${etags.length}`
}

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  return checksum ? { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type } : {}
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidRequest', message, 400)
}
