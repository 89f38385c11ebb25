import { type Direction, hasEnded, type SagaUpdate } from '../tables/sagas.ts'
import { isClosed } from './decide-undo.ts'
import { pivotOf, undoOrder } from './phases.ts'
import { Collisions } from './run-attempt.ts'
import type { SagaRun } from './saga-run.ts'
import type { Task } from './task.ts'
import { beginTask, caughtError, reasonOf, wasHeld } from './task-timeline.ts'

/**
 * Decides whether a saga that failed goes forward or compensates. The pivot's fence decides: `done` and `intent` are past the point of no
 * return. An absent fence becomes a tombstone, so that a pivot that is still running comes too late; nothing is undone before that. The
 * same transaction records why the saga compensates.
 *
 * `held`: the failure was that a dependency is held. That decides nothing, unless the saga compensates already.
 */
export async function resolvePivot(
  run: SagaRun,
  { undo, error }: Task & { action: 'resolve-pivot' },
): Promise<Direction | 'held'> {
  const pivot = pivotOf(run.definition)
  if (wasHeld(run, error) && run.fence(pivot).state !== 'tombstone') return 'held'
  const task = { action: 'undo', steps: undo } as const
  const beginCompensation = (): SagaUpdate => {
    const begun = beginTask(run, task, caughtError(error))
    const lastAttempt = begun.attempt ?? run.record.timeline.at(-1)
    return { ...begun, reason: run.record.reason ?? refusalOf(run) ?? reasonOf(lastAttempt, error.Error) }
  }
  const collisions = new Collisions(run, pivot)
  let hasBegun = false
  while (run.fence(pivot).state === 'absent') {
    hasBegun = await run.commit(pivot, { fence: { state: 'tombstone' }, saga: beginCompensation() })
    if (!hasBegun) await collisions.waitAndRefresh()
  }
  if (run.fence(pivot).state !== 'tombstone') return 'forward'
  if (hasBegun || hasEnded(run.record)) return 'compensate'
  if (run.record.reason === undefined) await run.update(beginCompensation())
  else if (undoOrder(run.definition).some((step) => undo.includes(step.name) && !isClosed(run.fence(step))))
    await run.update(beginTask(run, task))
  return 'compensate'
}

/** Why a step's call was refused, from its fence: the only place that outlives a lost answer, a lost error name and a restart. */
function refusalOf(run: SagaRun): string | undefined {
  for (const step of run.definition.steps) {
    const fence = run.fence(step)
    if (fence.state === 'tombstone' && fence.refusal !== undefined) return fence.refusal
  }
  return undefined
}
