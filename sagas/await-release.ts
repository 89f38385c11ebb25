import { hasEnded } from '../tables/sagas.ts'
import { dependencyOf } from './check-hold.ts'
import { heldStepOf } from './phases.ts'
import type { SagaRun } from './saga-run.ts'
import { held as heldError, StepError, superseded } from './step-errors.ts'
import type { Task, TaskResult } from './task.ts'
import { factsOf, type TaskEvents } from './task-events.ts'
import { lostAttempt } from './task-timeline.ts'

/**
 * Stores the task token on which the saga waits for the release of what it needs. When that was released a moment ago, the release may
 * have missed this saga: `reconcile-sagas` finds it.
 */
export async function awaitRelease(
  run: SagaRun,
  { token }: Pick<Task & { action: 'await-release' }, 'token'>,
  { held }: TaskEvents,
): Promise<TaskResult> {
  const step = heldStepOf(run.definition)
  const dependency = step && dependencyOf(run, step)
  if (dependency === undefined) throw new Error(`${run.definition.name} calls nothing that can be held`)
  if (hasEnded(run.record)) throw new StepError(superseded, 'the saga has ended')
  const lost = lostAttempt(run, { name: heldError })
  await run.update({ held: { dependency, since: run.now(), token }, task: 'ended', ...(lost && { attempt: lost }) })
  held?.({ ...factsOf(run), dependency })
  return { direction: 'held' }
}
