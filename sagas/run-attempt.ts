import { isErrorNamed } from '../domain/error-names.ts'
import { Retries } from '../tables/retries.ts'
import type { Attempt, SagaUpdate } from '../tables/sagas.ts'
import { isClosed } from './decide-undo.ts'
import { undoOrder } from './phases.ts'
import type { SagaStep } from './saga.ts'
import type { SagaRun } from './saga-run.ts'
import type { StepCommitDecision } from './step-decision.ts'
import { failedStep, refused, StepError, superseded } from './step-errors.ts'

/** What an attempt does next, once its step has been asked. */
export type AttemptMove = StepCommitDecision | { next: 'repeat' } | { next: 'finish' } | { next: 'fail'; error: Error }

/**
 * Runs one attempt of a step's do, undo or wait. `next` is asked again after every commit, with the fence as it is then; so a lost answer,
 * a duplicate and a race are the same case. `onCollision` is called when a commit did not take effect.
 *
 * The end of the attempt is put on the saga's timeline. Throws {@link StepError}s only, by whose names the state machine retries and
 * catches.
 */
export async function runAttempt(
  run: SagaRun,
  step: SagaStep,
  action: Attempt['action'],
  next: () => Promise<AttemptMove>,
  onCollision: () => void = () => {},
): Promise<void> {
  const startedAt = run.now()
  const attempt = (outcome: Attempt['outcome'], error?: Attempt['error']): Attempt => {
    return { step: step.name, action, startedAt, endedAt: run.now(), outcome, ...(error && { error }) }
  }
  const collisions = new Collisions(run, step)
  try {
    for (;;) {
      const move = await next()
      if (move.next === 'finish') return
      if (move.next === 'fail') throw move.error
      if (move.next === 'repeat') continue
      const { fence, writes, attempt: outcome, error, reason } = move
      const ended = outcome && attempt(outcome, error)
      const saga = ended && { ...endOfAttempt(run, step, ended), ...(reason && { reason }) }
      if (await run.commit(step, { fence, ...(writes && { writes }), ...(saga && { saga }) })) continue
      await collisions.waitAndRefresh()
      onCollision()
    }
  } catch (error) {
    if (isErrorNamed(error, superseded)) throw error
    const failure = toStepError(step, error)
    // A call that was refused is on the timeline already: in the transaction that closed its fence. The task
    // of a retry ends without a trace.
    if (failure.name === refused && run.fence(step).state === 'tombstone') await run.endTask()
    else
      await run.recordFailure(
        attempt(failure.name === refused ? 'refused' : 'failed', {
          name: failure.name === refused || !(error instanceof Error) ? failure.name : error.name,
          message: failure.message,
        }),
      )
    throw failure
  }
}

/** Bounds how long a step's commits are repeated: by the step's own time limit and the task's deadline. */
export class Collisions {
  readonly #run: SagaRun
  readonly #step: SagaStep
  readonly #retries: Retries

  constructor(run: SagaRun, step: SagaStep) {
    const { runtime } = run.deps
    this.#run = run
    this.#step = step
    this.#retries = new Retries(runtime, Math.min(run.deadlineMs, runtime.now() + step.timeoutSeconds * 1000))
  }

  /** Throws {@link StepError} when the time is up. */
  async waitAndRefresh(): Promise<void> {
    const { name } = this.#step
    if (!(await this.#retries.next()))
      throw new StepError(failedStep(name), `${name}: other writes to the same rows kept winning until its time was up`)
    await this.#run.refresh()
  }
}

/** How the saga's row changes when an attempt ends: the last step that is done completes it, the last one that is undone compensates it. */
function endOfAttempt(run: SagaRun, step: SagaStep, attempt: Attempt): SagaUpdate {
  const { action, outcome, endedAt } = attempt
  // After a release it is this wait that the saga is in.
  if (outcome === 'waiting') return { state: 'running', task: 'ended', held: 'ended', attempt }
  const others = (steps: readonly SagaStep[]) => steps.filter((each) => each !== step).map((each) => run.fence(each))
  const isLastOfTask = run.record.task?.steps.at(-1) === step.name
  const task: SagaUpdate = isLastOfTask || outcome === 'refused' ? { task: 'ended' } : {}
  if (action === 'undo') {
    const isLast = others(undoOrder(run.definition)).every(isClosed)
    return { attempt, ...task, ...(isLast && { state: 'compensated', endedAt }) }
  }
  const isLast = outcome !== 'refused' && others(run.definition.steps).every(({ state }) => state === 'done')
  return { attempt, ...task, ...(isLast && { state: 'completed', endedAt }) }
}

/** The state machine retries and catches by name; history and timeline keep only our own words. */
function toStepError(step: SagaStep, error: unknown): StepError {
  if (error instanceof StepError) return error
  const name = error instanceof Error ? error.name : 'Error'
  return new StepError(failedStep(step.name), `${step.name}: ${name}`, { cause: error })
}
