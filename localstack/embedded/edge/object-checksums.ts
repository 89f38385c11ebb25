import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { AwsError } from '../aws-error.ts'

type Headers = Record<string, string | string[] | undefined>

const digests: Record<string, (body: Buffer) => string> = {
  'content-md5': (body) => createHash('md5').update(body).digest('base64'),
  'x-amz-checksum-sha256': (body) => createHash('sha256').update(body).digest('base64'),
  'x-amz-checksum-sha1': (body) => createHash('sha1').update(body).digest('base64'),
  'x-amz-checksum-crc32': (body) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(crc32(body))
    return bytes.toString('base64')
  },
}

/**
 * Refuses a body that is not what its headers promise, as S3 does: `BadDigest`, or `XAmzContentSHA256Mismatch`. A body in
 * signed or trailing chunks brings its checksum along in another way and is taken as it comes.
 */
export function verifyChecksums(headers: Headers, body: Buffer): void {
  if (String(headers['content-encoding'] ?? '').includes('aws-chunked')) return
  for (const [name, digest] of Object.entries(digests)) {
    const promised = headers[name]
    if (promised === undefined || promised === digest(body)) continue
    const kind = name === 'content-md5' ? 'Content-MD5' : name.slice('x-amz-checksum-'.length).toUpperCase()
    throw new AwsError('BadDigest', `The ${kind} you specified did not match the calculated checksum.`, 400)
  }
  const sha256 = headers['x-amz-content-sha256']
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return
  if (sha256 === createHash('sha256').update(body).digest('hex')) return
  throw new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
  )
}
