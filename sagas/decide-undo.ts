import type { Fence } from '../tables/step-keys.ts'
import type { UndoPlan } from './plan.ts'
import type { SagaStep } from './saga.ts'
import type { StepDecision } from './step-decision.ts'

/** Everything that decides how the undo of a step goes on. */
export interface UndoState {
  step: Pick<SagaStep, 'undoUnattempted'>
  fence: Fence
  /** What the step has planned, once it was asked. */
  plan?: UndoPlan | undefined
  /** Whether the planned call was made. */
  isCalled?: boolean
}

/**
 * Decides the next move of a step's undo. A step that was never attempted gets a tombstone, so that a do that comes late has no effect.
 * Pure: the same state always gives the same decision.
 */
export function decideUndo({ step, fence, plan, isCalled }: UndoState): StepDecision {
  if (isClosed(fence)) return { next: 'finish' }
  const wasAttempted = fence.state !== 'absent'
  if (!wasAttempted && !step.undoUnattempted)
    return { next: 'commit', fence: { state: 'tombstone' }, attempt: 'nothing-to-undo' }
  if (!plan) return { next: 'plan' }
  if (plan.plan === 'call' && !isCalled) return { next: 'call' }
  const writes = plan.plan === 'write' ? plan.writes : []
  return wasAttempted
    ? { next: 'commit', fence: { state: 'undone' }, writes, attempt: 'undone' }
    : { next: 'commit', fence: { state: 'tombstone' }, writes, attempt: 'nothing-to-undo' }
}

/** Whether the step can no longer be done. */
export function isClosed({ state }: Fence): boolean {
  return state === 'undone' || state === 'tombstone'
}
