import type { Attempt } from '../tables/sagas.ts'
import { held } from './step-errors.ts'

/**
 * When the saga went on after it last met a hold (epoch milliseconds): with the next attempt of the step, or with the one that is under way
 * now. Undefined when it has met none.
 */
export function wentOnAfterHold(timeline: readonly Attempt[], nowMs: number): number | undefined {
  const last = timeline.findLastIndex(({ error }) => error?.name === held)
  const met = timeline[last]
  if (!met) return undefined
  const next = timeline
    .slice(last + 1)
    .find(({ step, action, startedAt }) => step === met.step && action === met.action && startedAt >= met.endedAt)
  return next ? Date.parse(next.startedAt) : nowMs
}
