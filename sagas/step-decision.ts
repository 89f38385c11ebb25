import type { Attempt } from '../tables/sagas.ts'
import type { StepKey } from '../tables/step-keys.ts'
import type { Write } from '../tables/store.ts'

/**
 * The next move of a step's do, undo or wait:
 * - `finish`: the fence says that there is nothing left to do.
 * - `plan`: ask the step what it plans, then decide again.
 * - `call`: make the planned outside call, then decide again.
 * - `confirm-refusal`: read the fence again; plan again if it has changed, decide again if it has not.
 * - `commit`: one transaction of fence, rows and saga row, then decide again with the fence as it is then.
 * - `fail`: end the attempt with this error, by whose name the state machine retries or catches.
 */
export type StepDecision =
  | { next: 'finish' }
  | { next: 'plan' }
  | { next: 'call' }
  | { next: 'confirm-refusal' }
  | StepCommitDecision
  | { next: 'fail'; error: Error }

export interface StepCommitDecision {
  next: 'commit'
  fence: StepKey
  writes?: Write[]
  /** How the attempt ended, for the timeline; absent while it goes on. */
  attempt?: Attempt['outcome']
  error?: Attempt['error']
  /** Why the saga is what it becomes by this. */
  reason?: string
}
