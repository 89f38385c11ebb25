/** Where a listing goes on. */
export interface After {
  key: Buffer
  /** A common prefix that contains `key` was already listed (a token, or a marker of the older API). */
  skipsItsPrefix: boolean
  /** The key itself may have more to show: older versions. */
  isInclusive?: boolean
}

export interface ListingQuery {
  prefix: Buffer
  /** Empty for none. */
  delimiter: Buffer
  after?: After | undefined
  maxKeys: number
}

export interface Page<T> {
  entries: T[]
  commonPrefixes: Buffer[]
  isTruncated: boolean
  /** The key of the last entry, or the last common prefix, whichever is later; empty without either. */
  last: Buffer
  /** The last entry, unless a common prefix is later. */
  lastEntry: T | undefined
}

/**
 * One page of a listing. `seek` returns what is stored from a key on, in the order of UTF-8 bytes. Keys that contain the delimiter behind
 * the prefix are rolled up into one common prefix, which is skipped as a whole, so it neither costs its keys nor repeats on a later page.
 * Source: Amazon S3 API Reference, ListObjectsV2.
 */
export function listPage<T extends { key: Buffer }>(
  seek: (from: Buffer) => Iterable<T>,
  { prefix, delimiter, after, maxKeys }: ListingQuery,
): Page<T> {
  const page: Page<T> = {
    entries: [],
    commonPrefixes: [],
    isTruncated: false,
    last: Buffer.alloc(0),
    lastEntry: undefined,
  }
  if (maxKeys === 0) return page
  const isFull = () => page.entries.length + page.commonPrefixes.length === maxKeys
  let from: Buffer | undefined = firstKey(prefix, delimiter, after)
  while (from) {
    const rows: Iterable<T> = seek(from)
    from = undefined
    for (const row of rows) {
      if (!startsWith(row.key, prefix)) break
      if (isFull()) return { ...page, isTruncated: true }
      const common = commonPrefix(row.key, prefix, delimiter)
      if (common) {
        page.commonPrefixes.push(common)
        page.last = common
        page.lastEntry = undefined
        from = behind(common)
        break
      }
      page.entries.push(row)
      page.last = row.key
      page.lastEntry = row
    }
  }
  return page
}

function firstKey(prefix: Buffer, delimiter: Buffer, after: After | undefined): Buffer {
  if (!after) return prefix
  const rolledUp = after.skipsItsPrefix ? commonPrefix(after.key, prefix, delimiter) : undefined
  const from = rolledUp ? behind(rolledUp) : after.isInclusive ? after.key : Buffer.concat([after.key, Buffer.alloc(1)])
  return Buffer.compare(from, prefix) > 0 ? from : prefix
}

/** The key up to and with the first delimiter behind the prefix. */
function commonPrefix(key: Buffer, prefix: Buffer, delimiter: Buffer): Buffer | undefined {
  if (delimiter.length === 0 || !startsWith(key, prefix)) return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.subarray(0, at + delimiter.length)
}

/** The first key that can follow all keys with this prefix. UTF-8 has no byte 255, so the last byte can be incremented. */
function behind(prefix: Buffer): Buffer {
  const next = Buffer.from(prefix)
  next[next.length - 1] = (next.at(-1) ?? 0) + 1
  return next
}

function startsWith(key: Buffer, prefix: Buffer): boolean {
  return key.length >= prefix.length && key.subarray(0, prefix.length).equals(prefix)
}
