import { AwsError } from '../aws-error.ts'
import type { Headers } from './headers.ts'

/** Longer than any line of this encoding: a size, an extension with a signature, a trailer. */
const lineBytesMax = 4 * 1024

/** Whether the body is in chunks of AWS's own, with checksums or signatures between or behind its bytes. */
export function isAwsChunked(headers: Headers): boolean {
  return (
    (headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-') ||
    (headers['content-encoding'] ?? '').split(',').some((one) => one.trim() === 'aws-chunked')
  )
}

/**
 * The bytes within aws-chunked, signed or not; trailers go to `onTrailer` with their names in lower case. The signatures of chunks are not
 * checked, as those of headers are not. Throws `IncompleteBody`. Source: Amazon S3 API Reference, "Signature calculations: transferring
 * payload in multiple chunks".
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  let line = Buffer.alloc(0)
  let expects: 'size' | 'data' | 'line end' | 'trailer' | 'nothing' = 'size'
  let left = 0
  for await (const received of source) {
    let rest = received
    while (rest.length > 0) {
      if (expects === 'nothing') throw incomplete()
      if (expects === 'data') {
        const part = rest.subarray(0, left)
        rest = rest.subarray(part.length)
        left -= part.length
        if (left === 0) expects = 'line end'
        yield part
        continue
      }
      const end = rest.indexOf(0x0a)
      line = Buffer.concat([line, end < 0 ? rest : rest.subarray(0, end)])
      if (line.length > lineBytesMax) throw incomplete()
      if (end < 0) break
      rest = rest.subarray(end + 1)
      const text = line.toString('latin1').replace(/\r$/, '')
      line = Buffer.alloc(0)
      if (expects === 'line end') {
        if (text !== '') throw incomplete()
        expects = 'size'
      } else if (expects === 'trailer') {
        const colon = text.indexOf(':')
        if (text === '') expects = 'nothing'
        else if (colon > 0) onTrailer(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim())
      } else {
        const [, size] = /^([0-9a-f]{1,8})(?:;.*)?$/i.exec(text) ?? []
        if (size === undefined) throw incomplete()
        left = Number.parseInt(size, 16)
        expects = left === 0 ? 'trailer' : 'data'
      }
    }
  }
  if (expects !== 'nothing' && expects !== 'trailer') throw incomplete()
}

function incomplete(): AwsError {
  return new AwsError(
    'IncompleteBody',
    'The request body terminated unexpectedly: it is not encoded as aws-chunked says.',
    400,
  )
}
