import { taskRunner } from '../sagas/run-task.ts'
import type { Saga } from '../sagas/saga.ts'
import type { SagaDeps } from '../sagas/saga-run.ts'
import type { TaskResult } from '../sagas/task.ts'
import type { Observer } from './observer.ts'

/**
 * Runs one task of a saga. Throws errors by whose names the state machine retries or compensates, with messages written by this
 * system only, as the execution's history keeps them; the original error is logged here.
 */
export async function runSagaTask<Tools>(
  saga: Saga<Tools>,
  { observer, ...deps }: SagaDeps<Tools> & { observer: Observer },
  task: unknown,
  deadlineMs: number,
): Promise<TaskResult> {
  let ran: object | undefined
  const run = taskRunner(saga, deps, {
    ran(facts) {
      ran = facts
      observer.info('saga task ended', facts)
    },
    compensated(facts) {
      observer.info('saga compensated: what it did is undone', facts)
      observer.count('SagasCompensated')
    },
    parked(facts) {
      observer.error('saga parked: it waits until an operator resumes it', facts)
      observer.count('SagasParked')
    },
    held(facts) {
      observer.info('saga waits until what it needs is released', facts)
    },
  })
  try {
    return await run(task, deadlineMs)
  } catch (error) {
    observer.warn('saga task failed', { ...ran, task: withoutToken(task), error })
    throw error
  }
}

/** Anyone who reads a task token in the logs could resume the execution. */
function withoutToken(task: unknown): unknown {
  return typeof task === 'object' ? { ...task, token: undefined } : undefined
}
