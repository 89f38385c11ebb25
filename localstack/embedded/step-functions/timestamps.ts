import type { Json } from './json.ts'

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** The instant, in milliseconds since 1970, of an RFC 3339 timestamp with capital `T` and `Z` (ASL); undefined for any other text. */
export function instantOf(value: Json): number | undefined {
  if (typeof value !== 'string') return undefined
  const parts = rfc3339.exec(value)?.slice(1).map(Number)
  if (!parts) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
  // Date would turn February 30th into March 2nd: such a date is refused.
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    return undefined
  }
  return Date.parse(value)
}

/** How the context object writes an instant: `2026-01-31T12:00:00.000Z`. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}

/** How the API's JSON writes an instant: seconds since 1970. */
export function apiTime(timeMs: number): number {
  return timeMs / 1000
}
