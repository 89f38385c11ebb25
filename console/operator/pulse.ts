import { computed } from '@preact/signals'
import { live } from '../live/connection.ts'
import { now } from '../live/now.ts'

/**
 * Changes when what operators look at may have changed: sagas began or ended, as the stack tells; and every so often while any is on its way,
 * since nothing tells of an attempt.
 */
function pulseEvery(ms: number) {
  return computed(() => {
    const { events, depths } = live.value
    if ((depths?.liveSagas ?? 0) > 0) return `at ${Math.floor(now.value / ms)}`
    return `after ${events.find(({ kind }) => kind === 'execution')?.seq ?? 0}`
  })
}

/** For a list, which the API answers. */
export const listPulse = pulseEvery(4_000)

/** For one saga: a few rows. */
export const sagaPulse = pulseEvery(1_000)
