import type { LiveState } from '../live/state.ts'

/** After the last thing that happened, what it leads to may still be under way. */
const settledAfterMs = 15_000

/** What could not be read is read again within it, though nothing happens. Slowly: there may be no such saga. */
const retryEveryMs = 10_000

interface Moment {
  nowMs: number
  /** When a reading failed last, if any did. */
  failedAtMs: number | undefined
}

/**
 * Changes when what operators look at may have changed. Nothing tells of an attempt or of a block, so it changes every so often while a
 * saga is on its way, something has just happened or a reading has just failed, and rests otherwise.
 */
export function pulseAt(
  everyMs: number,
  { events, depths }: Pick<LiveState, 'events' | 'depths'>,
  { nowMs, failedAtMs }: Moment,
): string {
  // Requests are left out: reading again is one, too.
  const newest = events.find(({ kind }) => kind !== 'request')
  const isRecent = (atMs: number | undefined) => atMs !== undefined && nowMs - atMs <= settledAfterMs
  if ((depths?.liveSagas ?? 0) > 0 || isRecent(newest && Date.parse(newest.at)))
    return `at ${Math.floor(nowMs / everyMs)}`
  if (isRecent(failedAtMs)) return `again ${Math.floor(nowMs / retryEveryMs)}`
  return `after ${newest?.seq ?? 0}`
}
