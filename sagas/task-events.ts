import { type Trace, traceOf } from '../domain/trace.ts'
import type { SagaState } from '../tables/sagas.ts'
import type { SagaRun } from './saga-run.ts'
import type { Task } from './task.ts'

/** What happened to a saga: ids and words of this system only. */
export interface SagaFacts extends Trace {
  tenant: string
  sagaId: string
}

/** What the caller that runs the tasks learns of them, for logs and metrics. */
export interface TaskEvents {
  /** A task ended, whether it returned or threw. */
  ran?(
    facts: SagaFacts & { generation: number; action: Task['action']; steps: readonly string[]; state: SagaState },
  ): void
  /** This task ended the compensation: everything is undone. */
  compensated?(facts: SagaFacts & { reason?: string | undefined }): void
  /** The saga waits for an operator. */
  parked?(facts: SagaFacts & { parkingId: string; reason: string }): void
  /** The saga waits until an admin releases what it needs. */
  held?(facts: SagaFacts & { dependency: string }): void
}

export function factsOf({ ref, record }: SagaRun): SagaFacts {
  return { tenant: ref.tenant, sagaId: ref.id, ...traceOf(record) }
}

export function stepsOf(task: Task): readonly string[] {
  switch (task.action) {
    case 'do':
      return task.steps
    case 'undo':
    case 'resolve-pivot':
      return task.undo
    case 'park':
    case 'await-release':
      return []
    default:
      return task satisfies never
  }
}
