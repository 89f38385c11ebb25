import { holdOn } from '../domain/hold.ts'
import { readRow } from '../tables/read-row.ts'
import { holdsRow } from '../tables/settings.ts'
import type { SagaStep } from './saga.ts'
import type { SagaRun } from './saga-run.ts'
import { held, StepError } from './step-errors.ts'

/**
 * Throws `StepHeld` while an admin holds what the step calls outside. One strongly consistent read. A hold that is put after it is too late
 * for this attempt.
 */
export async function checkHold(run: SagaRun, step: SagaStep): Promise<void> {
  const dependency = dependencyOf(run, step)
  if (dependency === undefined) return
  if (holdOn(dependency, await readRow(run.deps.store, holdsRow(run.ref.tenant))))
    throw new StepError(held, `${step.name}: ${dependency} is held`)
}

/** What the step calls outside, for this saga. */
export function dependencyOf(run: SagaRun, step: SagaStep): string | undefined {
  return step.dependency?.(run.context().input as never)
}
