import type { Fence, Wait } from '../tables/step-keys.ts'
import { isClosed } from './decide-undo.ts'
import type { SagaStep } from './saga.ts'
import { closed, StepError } from './step-errors.ts'

/**
 * How opening a wait goes on:
 * - `open`: store this wait's token; it replaces the token of an older wait, if there is one.
 * - `current`: this wait's token is the one to call back, or the step is done already.
 * - `replaced`: a newer attempt waits by now; no callback comes for this one.
 */
export type WaitDecision =
  | { next: 'open'; replaces: string | undefined }
  | { next: 'current' }
  | { next: 'replaced' }
  | { next: 'fail'; error: Error }

/**
 * Decides how opening a step's wait goes on. The newest attempt of the newest generation wins, so that a late copy of an older one can't
 * bring back a token that no execution waits on. Pure: the same state always gives the same decision.
 */
export function decideWait({ name }: Pick<SagaStep, 'name'>, fence: Fence, wait: Wait): WaitDecision {
  if (isClosed(fence))
    return { next: 'fail', error: new StepError(closed, `${name} was undone, or must not be done any more`) }
  // A step that is done needs no call. An execution that still waits for it finds that out by looking.
  if (fence.state === 'done') return { next: 'current' }
  const stored = fence.state === 'intent' ? fence.wait : undefined
  if (stored?.token === wait.token) return { next: 'current' }
  return stored && isNewer(stored, wait) ? { next: 'replaced' } : { next: 'open', replaces: stored?.token }
}

function isNewer(one: Wait, other: Wait): boolean {
  if (one.generation !== other.generation) return one.generation > other.generation
  // After the release of a hold the state is entered again, and its attempts count from 0 again.
  if (one.enteredAt !== undefined && other.enteredAt !== undefined && one.enteredAt !== other.enteredAt)
    return one.enteredAt > other.enteredAt
  return one.attempt > other.attempt
}
