import type { Attempt, RunningTask, SagaUpdate } from '../tables/sagas.ts'
import type { SagaRun } from './saga-run.ts'
import { held, refused } from './step-errors.ts'
import type { CaughtError } from './task.ts'
import { definitionVersion } from './version.ts'

/**
 * Marks a task as running. An attempt that an earlier task began and never ended goes on the timeline as lost, `because` of an error.
 * The first task pins the definition: a saga may be written just before a deployment and started just after it.
 */
export function beginTask(run: SagaRun, task: Omit<RunningTask, 'startedAt'>, because?: Attempt['error']): SagaUpdate {
  const lost = lostAttempt(run, because)
  const isPending = run.record.state === 'pending'
  return {
    state: 'running',
    ...(isPending && { definition: definitionVersion(run.definition) }),
    task: task.steps.length > 0 ? { ...task, startedAt: run.now() } : 'ended',
    parking: 'ended',
    held: 'ended',
    ...(lost && { attempt: lost }),
  }
}

/** The attempt that an earlier task began without recording its end; undefined when there is none. */
export function lostAttempt(run: SagaRun, because?: Attempt['error']): Attempt | undefined {
  const { task } = run.record
  if (!task) return undefined
  const isOpen = (name: string) => {
    const { state } = run.fence({ name })
    return task.action === 'do' ? state === 'absent' || state === 'intent' : state !== 'undone' && state !== 'tombstone'
  }
  const step = task.steps.find(isOpen) ?? task.steps.at(-1) ?? ''
  const error = because ? { error: because } : {}
  return { step, action: task.action, startedAt: task.startedAt, endedAt: run.now(), outcome: 'lost', ...error }
}

/**
 * The error that ended a task, for the timeline. A refusal keeps its message, which Lambda puts into the cause: it is our own words, and
 * the only copy when the attempt could not be recorded. Other messages may hold personal data.
 */
export function caughtError({ Error: name, Cause = '' }: CaughtError): NonNullable<Attempt['error']> {
  if (name !== refused) return { name }
  try {
    const { errorMessage: message } = JSON.parse(Cause) as { errorMessage?: unknown }
    return typeof message === 'string' ? { name, message } : { name }
  } catch {
    return { name }
  }
}

/** Why a saga compensates or is parked: what its last attempt says, or else what stopped the execution. */
export function reasonOf(attempt: Pick<Attempt, 'step' | 'error'> | undefined, stoppedBy: string): string {
  if (!attempt?.error) return stoppedBy
  return attempt.error.message ?? `${attempt.step}: ${attempt.error.name}`
}

/** Whether a task ended because something is held: by the error's name or, where an engine loses those, by the last attempt of the saga. */
export function wasHeld({ record }: SagaRun, error: CaughtError): boolean {
  return error.Error === held || (!record.task && record.timeline.at(-1)?.error?.name === held)
}
