import { hasEnded } from '../tables/sagas.ts'
import type { SagaRun } from './saga-run.ts'
import { StepError, superseded } from './step-errors.ts'
import type { Task, TaskResult } from './task.ts'
import { factsOf, type TaskEvents } from './task-events.ts'
import { caughtError, lostAttempt, reasonOf } from './task-timeline.ts'

/** Leaves the saga to an operator. Each parking has an id of its own, so that resuming an earlier one has no effect. */
export async function parkSaga(
  run: SagaRun,
  { direction, error, token }: Task & { action: 'park' },
  { parked }: TaskEvents,
): Promise<TaskResult> {
  if (hasEnded(run.record)) throw new StepError(superseded, 'the saga has ended')
  const lost = lostAttempt(run, caughtError(error))
  const reason = reasonOf(lost ?? run.record.timeline.at(-1), error.Error)
  const parking = { id: run.deps.runtime.newId(), direction, reason, since: run.now(), token }
  await run.update({ state: 'parked', parking, task: 'ended', ...(lost && { attempt: lost }) })
  parked?.({ ...factsOf(run), parkingId: parking.id, reason })
  return { direction }
}
