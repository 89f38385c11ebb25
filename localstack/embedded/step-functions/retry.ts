import type { Catcher, Retrier } from './definition-schema.ts'
import { matches, type StateFailure } from './failure.ts'

/**
 * Which retrier of a state takes a failure on, and after what delay; undefined when none does or the first that
 * matches is used up (ASL: "Retrying after error"). `used` says how often each was used since the state was entered.
 */
export function chooseRetry(
  retriers: readonly Retrier[],
  failure: StateFailure,
  used: readonly number[],
  random: () => number,
): { index: number; delayMs: number } | undefined {
  const index = retriers.findIndex((retrier) => matches(retrier.ErrorEquals, failure))
  const retrier = retriers[index]
  if (!retrier) return undefined
  const { MaxAttempts = 3, IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds, JitterStrategy } = retrier
  const attempts = used[index] ?? 0
  if (attempts >= MaxAttempts) return undefined
  const seconds = Math.min(IntervalSeconds * BackoffRate ** attempts, MaxDelaySeconds ?? delaySecondsMax)
  return { index, delayMs: Math.round(seconds * 1000 * (JitterStrategy === 'FULL' ? random() : 1)) }
}

/** The first catcher that takes a failure on. */
export function chooseCatch(catchers: readonly Catcher[], failure: StateFailure): Catcher | undefined {
  return catchers.find((catcher) => matches(catcher.ErrorEquals, failure))
}

/** An execution lives a year at most, so no delay need be longer. */
const delaySecondsMax = 31_622_400
