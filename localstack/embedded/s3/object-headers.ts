import { isUtf8 } from 'node:buffer'
import { AwsError } from '../aws-error.ts'
import type { Headers } from './headers.ts'

/** What is stored of an object beside its bytes. */
export interface ObjectHeaders {
  /** `content-type` and its like, as they are sent back. */
  system: Record<string, string>
  /** By name without `x-amz-meta-`, as Unicode. */
  metadata: Record<string, string>
}

const systemNames = [
  ...['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'content-type', 'expires'],
  ...['x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id'],
  'x-amz-server-side-encryption-bucket-key-enabled',
]

/** Source: Amazon S3 User Guide, "Working with object metadata". */
const metadataBytesMax = 2 * 1024
const metaPrefix = 'x-amz-meta-'

/** What an upload's headers say of the object. Throws `MetadataTooLarge`. */
export function objectHeaders(headers: Headers): ObjectHeaders {
  const system: Record<string, string> = {
    'content-type': 'binary/octet-stream',
    'x-amz-server-side-encryption': 'AES256',
  }
  for (const name of systemNames) {
    const value = name === 'content-encoding' ? withoutChunks(headers[name]) : headers[name]
    if (value !== undefined && value !== '') system[name] = representable(name, value)
  }
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith(metaPrefix) && value !== undefined) metadata[name.slice(metaPrefix.length)] = decodeText(value)
  const size = Object.entries(metadata).flat().join('')
  if (Buffer.byteLength(size) > metadataBytesMax)
    throw new AwsError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      Size: Buffer.byteLength(size),
      MaxSizeAllowed: metadataBytesMax,
    })
  return { system, metadata }
}

/** As the headers of an answer: values outside of ASCII are encoded as RFC 2047 says. */
export function metadataHeaders(metadata: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, value]) => {
      const isPlain = /^[\x20-\x7e\t]*$/.test(value)
      return [metaPrefix + name, isPlain ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`]
    }),
  )
}

const overridable = [
  'content-type',
  'content-disposition',
  'content-language',
  'content-encoding',
  'cache-control',
  'expires',
]

/** What a download's address asks to be answered with, such as a file name. Throws `InvalidArgument` for what no header can carry. */
export function overridesOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = query.get(`response-${name}`)
      return value === null ? [] : [[name, representable(`response-${name}`, value)]]
    }),
  )
}

function representable(name: string, value: string): string {
  if (/^[\t\x20-\x7e\xa0-\xff]*$/.test(value)) return value
  throw new AwsError('InvalidArgument', 'Header value cannot be represented using ISO-8859-1.', 400, {
    ArgumentName: name,
    ArgumentValue: value,
  })
}

/** `aws-chunked` is how the body travelled, not how it is stored. */
function withoutChunks(encoding: string | undefined): string | undefined {
  const kept = encoding?.split(',').flatMap((one) => (one.trim() === 'aws-chunked' ? [] : [one.trim()]))
  return kept?.join(',')
}

/** Headers come as Latin-1: what is UTF-8 underneath is read so, then RFC 2047. */
function decodeText(value: string): string {
  const isLatin1 = !/[\u0100-\uffff]/.test(value)
  const bytes = Buffer.from(value, 'latin1')
  const text = isLatin1 && isUtf8(bytes) ? bytes.toString() : value
  return text.replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, content: string) => {
    if (kind.toLowerCase() === 'b') return Buffer.from(content, 'base64').toString()
    const raw = content
      .replaceAll('_', ' ')
      .replace(/=([0-9a-f]{2})/gi, (_hex, code) => String.fromCharCode(Number.parseInt(code, 16)))
    return Buffer.from(raw, 'latin1').toString()
  })
}
