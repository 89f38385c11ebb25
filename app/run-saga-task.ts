import { taskRunner } from '../sagas/run-task.ts'
import type { Saga } from '../sagas/saga.ts'
import type { SagaDeps } from '../sagas/saga-run.ts'
import type { TaskResult } from '../sagas/task.ts'
import type { Observer } from './observer.ts'

/**
 * Carries out one task of a saga. Throws errors whose names the state machine knows, with messages of our own only; what really
 * happened is logged here.
 */
export async function runSagaTask<Tools>(
  saga: Saga<Tools>,
  deps: SagaDeps<Tools>,
  observer: Observer,
  task: unknown,
  deadlineMs: number,
): Promise<TaskResult> {
  const run = taskRunner(saga, deps, {
    parked(facts) {
      observer.error('a saga is parked: it waits until someone resumes it', facts)
      observer.count('SagasParked')
    },
  })
  try {
    return await run(task, deadlineMs)
  } catch (error) {
    observer.warn('a step did not end well', { task: withoutToken(task), error })
    throw error
  }
}

/** Who knows a task token can resume the execution. */
function withoutToken(task: unknown): unknown {
  return typeof task === 'object' ? { ...task, token: undefined } : undefined
}
