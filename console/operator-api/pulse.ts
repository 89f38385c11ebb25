import { computed } from '@preact/signals'
import { live } from '../live/connection.ts'
import { now } from '../live/now.ts'

/** After the last thing that happened, what it leads to may still be under way. */
const settledAfterMs = 15_000

/**
 * Changes when what operators look at may have changed. Nothing tells of an attempt or of a block, so it changes every so often while a
 * saga is on its way or something has just happened, and rests otherwise.
 */
function pulseEvery(ms: number) {
  return computed(() => {
    const { events, depths } = live.value
    // Requests are left out: reading again is one, too.
    const newest = events.find(({ kind }) => kind !== 'request')
    const isQuiet = newest === undefined || now.value - Date.parse(newest.at) > settledAfterMs
    const isUnderWay = (depths?.liveSagas ?? 0) > 0 || !isQuiet
    return isUnderWay ? `at ${Math.floor(now.value / ms)}` : `after ${newest?.seq ?? 0}`
  })
}

/** The pulse of lists, which the API answers. */
export const listPulse = pulseEvery(4_000)

/** The pulse of one saga, which is a few rows. */
export const sagaPulse = pulseEvery(1_000)
