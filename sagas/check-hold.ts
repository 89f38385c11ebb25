import { heldBy } from '../domain/hold.ts'
import { Retries } from '../tables/retries.ts'
import { readRows } from '../tables/snapshot.ts'
import { holdsInForce } from '../tables/stack-hold.ts'
import type { SagaStep } from './saga.ts'
import type { SagaRun } from './saga-run.ts'
import { held, StepError } from './step-errors.ts'

/**
 * Throws `StepHeld` while an operator holds everything, or an admin holds what the step calls outside. One request, each row strongly
 * consistent. A hold that is put after it is too late for this attempt. Throws `Error` when the rows can't be read: then nothing is called.
 */
export async function checkHold(run: SagaRun, step: SagaStep): Promise<void> {
  const dependency = dependencyOf(run, step)
  if (dependency === undefined) return
  const { store, runtime } = run.deps
  const read = await readRows(store, new Retries(runtime), holdsInForce(run.ref.tenant))
  if (read.status !== 'read') throw new Error('whether it is held could not be read')
  const why = heldBy(dependency, read.rows)
  if (why !== undefined) throw new StepError(held, `${step.name}: ${why}`)
}

/** What the step calls outside, for this saga. */
export function dependencyOf(run: SagaRun, step: SagaStep): string | undefined {
  return step.dependency?.(run.context().input as never)
}
