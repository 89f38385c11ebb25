import { AwsError } from '../aws-error.ts'
import type { Headers } from './headers.ts'

/** What conditions are judged by. */
export interface Present {
  /** Without quotes. */
  etag: string
  modifiedMs: number
}

/**
 * Judges the conditions of a read. Throws `PreconditionFailed`. An ETag condition outweighs the date beside it.
 * Source: Amazon S3 User Guide, "Conditional reads"; RFC 9110, 13.2.2.
 */
export function judgeRead(headers: Headers, present: Present): 'send' | 'not-modified' {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  if (match !== undefined && !sameEtag(match, present.etag)) throw failed('If-Match')
  if (match === undefined && isLater(present, headers['if-unmodified-since']) === true)
    throw failed('If-Unmodified-Since')
  if (noneMatch !== undefined) return sameEtag(noneMatch, present.etag) ? 'not-modified' : 'send'
  return isLater(present, headers['if-modified-since']) === false ? 'not-modified' : 'send'
}

/** Judges the conditions of a write on what its key holds. Throws `PreconditionFailed`, or `NoSuchKey` where an ETag is expected. */
export function judgeWrite(headers: Headers, present: Pick<Present, 'etag'> | undefined): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  if (noneMatch !== undefined) {
    if (noneMatch !== '*')
      throw new AwsError('NotImplemented', 'If-None-Match of a write supports only the value *.', 501)
    if (present) throw failed('If-None-Match')
  }
  if (match === undefined) return
  if (!present) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
  if (!sameEtag(match, present.etag)) throw failed('If-Match')
}

/** Judges the conditions of a copy on its source. Throws `PreconditionFailed`. Source: Amazon S3 API Reference, CopyObject. */
export function judgeCopySource(headers: Headers, source: Present): void {
  const name = (condition: string) => `x-amz-copy-source-if-${condition}`
  const match = headers[name('match')]
  if (match !== undefined && !sameEtag(match, source.etag)) throw failed('x-amz-copy-source-If-Match')
  if (match === undefined && isLater(source, headers[name('unmodified-since')]) === true)
    throw failed('x-amz-copy-source-If-Unmodified-Since')
  const noneMatch = headers[name('none-match')]
  if (noneMatch !== undefined && sameEtag(noneMatch, source.etag)) throw failed('x-amz-copy-source-If-None-Match')
  if (isLater(source, headers[name('modified-since')]) === false) throw failed('x-amz-copy-source-If-Modified-Since')
}

function sameEtag(header: string, etag: string): boolean {
  return header.split(',').some((one) => {
    const wanted = one.trim()
    return wanted === '*' || wanted.replace(/^W\//, '').replaceAll('"', '') === etag
  })
}

/** Whether the object was modified after a date; undefined without a valid one. Dates have whole seconds. */
function isLater({ modifiedMs }: Present, date: string | undefined): boolean | undefined {
  const dateMs = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(dateMs) ? undefined : Math.floor(modifiedMs / 1000) * 1000 > dateMs
}

function failed(condition: string): AwsError {
  return new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  })
}
