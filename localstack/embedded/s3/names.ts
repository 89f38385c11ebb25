import { isUtf8 } from 'node:buffer'
import { AwsError } from '../aws-error.ts'

/** Source: Amazon S3 User Guide, "Naming Amazon S3 objects". */
const keyBytesMax = 1024

/**
 * A key as it stands in an address. Keys are data: `a/../b` is a key of its own. Throws `InvalidURI` for what is not UTF-8, or not
 * percent-encoded as it says, and `KeyTooLongError`.
 */
export function decodeKey(encoded: string): string {
  const bytes = percentDecode(encoded)
  if (!isUtf8(bytes)) throw invalidUri()
  const key = bytes.toString()
  checkKey(key)
  return key
}

function invalidUri(): AwsError {
  return new AwsError('InvalidURI', "Couldn't parse the specified URI.", 400)
}

export function checkKey(key: string): void {
  const size = Buffer.byteLength(key)
  if (size > keyBytesMax)
    throw new AwsError('KeyTooLongError', 'Your key is too long', 400, { Size: size, MaxSizeAllowed: keyBytesMax })
}

/** Bytes above ASCII, which need not be encoded, arrive as Latin-1 characters. */
function percentDecode(encoded: string): Buffer {
  const bytes = Buffer.from(encoded, 'latin1')
  let length = 0
  for (let from = 0; from < bytes.length; from++) {
    const isEscape = bytes[from] === 0x25
    const hex = isEscape ? bytes.toString('latin1', from + 1, from + 3) : ''
    if (isEscape && !/^[0-9a-f]{2}$/i.test(hex)) throw invalidUri()
    bytes[length++] = isEscape ? Number.parseInt(hex, 16) : (bytes[from] ?? 0)
    if (isEscape) from += 2
  }
  return bytes.subarray(0, length)
}

/** As in `encoding-type=url` and in events: like a form, but `/` stays. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
}

/** Source: Amazon S3 User Guide, "General purpose bucket naming rules". */
export function checkBucketName(name: string): void {
  const isValid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^\d+\.\d+\.\d+\.\d+$/.test(name)
  if (!isValid) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name })
}
