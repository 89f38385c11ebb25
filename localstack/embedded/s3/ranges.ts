import { AwsError } from '../aws-error.ts'

/** Both inclusive, in bytes. */
export interface ByteRange {
  start: number
  end: number
}

/**
 * The part of an object that a `Range` header asks for; undefined means the whole object: without a header, and for one that is malformed
 * or names several ranges, which S3 ignores. Throws `InvalidRange` (416) when nothing of the object is in it. Source: RFC 9110, 14.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  const isSuffix = first === ''
  const start = isSuffix ? Math.max(0, sizeBytes - Number(last)) : Number(first)
  const end = isSuffix || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1)
  if (!isSuffix && last !== '' && Number(last) < Number(first)) return undefined
  if (start > end || start >= sizeBytes)
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      RangeRequested: header,
      ActualObjectSize: sizeBytes,
    })
  return { start, end }
}
