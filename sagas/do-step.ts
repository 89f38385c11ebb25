import type { Attempt, SagaMove } from '../tables/sagas.ts'
import type { Fence } from '../tables/step-keys.ts'
import { pivotOf } from './phases.ts'
import type { CallOutcome, Json, Plan } from './plan.ts'
import type { FenceMove, SagaRun } from './run.ts'
import type { SagaStep } from './saga.ts'
import { closed, failedStep, isNamed, refused, StepError, superseded } from './step-errors.ts'

/**
 * Does one step, once: a step whose fence says `done` is over, one that was undone is refused. Throws {@link StepError}s only,
 * by whose names the machine goes on.
 */
export async function doStep(run: SagaRun, step: SagaStep): Promise<void> {
  const startedAt = run.now()
  const attempt = (outcome: Attempt['outcome'], error?: Attempt['error']): Attempt => ({
    step: step.name,
    action: 'do',
    startedAt,
    endedAt: run.now(),
    outcome,
    ...(error && { error }),
  })
  try {
    await carryOut(run, step, attempt)
  } catch (error) {
    if (isNamed(error, superseded)) throw error
    const failure = asStepError(step, error)
    // A refused call has put itself on the timeline, in the transaction that closed its fence.
    if (failure.name !== refused || run.fence(step).state !== 'tombstone') {
      const outcome = failure.name === refused ? 'refused' : 'failed'
      await run.recordFailure(attempt(outcome, { name: nameOf(error, failure), message: failure.message }))
    }
    throw failure
  }
}

async function carryOut(
  run: SagaRun,
  step: SagaStep,
  attempt: (outcome: Attempt['outcome'], error?: Attempt['error']) => Attempt,
): Promise<void> {
  let plan: Plan<Json> | undefined
  let answer: CallOutcome<Json> | undefined
  await run.settle(step, async (fence): Promise<FenceMove | 'over' | 'again'> => {
    if (fence.state === 'done') return 'over'
    if (fence.state === 'undone' || fence.state === 'tombstone') {
      if (answer?.status === 'refused') throw new StepError(refused, `${step.name}: ${answer.why}`)
      throw new StepError(closed, `${step.name} was undone, or may not be done any more`)
    }
    if (step.kind === 'retriable' && run.fence(pivotOf(run.definition)).state !== 'done')
      throw new StepError(closed, `${step.name} may be done after the pivot only`)
    // A call is planned once; rows are planned again whenever what they rest on has moved.
    if (plan?.plan !== 'call') plan = await step.do(run.context() as never)
    if (plan.plan === 'call') {
      if (fence.state === 'absent') return { to: { state: 'intent' } }
      answer ??= await plan.call()
      return afterCall(run, step, answer, attempt)
    }
    // What made it refuse may be the doing of another copy of this task, which was faster: the fence tells, if it is read after that.
    if (plan.plan === 'refuse' && (await run.hasMoved(step))) return 'again'
    return asPlanned(run, step, fence, plan, attempt)
  })
}

/** Once the call has answered it is not made again: only the fence has to learn of it. */
function afterCall(
  run: SagaRun,
  step: SagaStep,
  answer: CallOutcome<Json>,
  attempt: (outcome: Attempt['outcome'], error?: Attempt['error']) => Attempt,
): FenceMove {
  if (answer.status === 'done') return done(run, step, answer.result, attempt('done'))
  if (answer.status === 'given-up') {
    const message = `${step.name}: given up: ${answer.why}`
    const over = done(run, step, answer.result, attempt('given-up', { name: 'GivenUp', message }))
    return { ...over, saga: { ...over.saga, reason: message } }
  }
  if (step.kind === 'retriable') throw new Error(`refused after the pivot: ${answer.why}`)
  const error = { name: refused, message: `${step.name}: ${answer.why}` }
  return { to: { state: 'tombstone' }, saga: { attempt: attempt('refused', error), task: 'over' } }
}

function asPlanned(
  run: SagaRun,
  step: SagaStep,
  fence: Fence,
  plan: Exclude<Plan<Json>, { plan: 'call' }>,
  attempt: (outcome: Attempt['outcome']) => Attempt,
): FenceMove {
  switch (plan.plan) {
    case 'write':
      return { ...done(run, step, plan.result, attempt('done')), writes: plan.writes }
    case 'skip':
      return done(run, step, plan.result, attempt('skipped'))
    case 'refuse':
      // Says nothing about the call that an earlier attempt may have made. (A wait that was opened is no call.)
      if ((fence.state === 'intent' && !fence.wait) || step.kind === 'retriable') throw new Error(plan.why)
      throw new StepError(refused, `${step.name}: ${plan.why}`)
    default:
      return plan satisfies never
  }
}

/** The last step to be done completes the saga, in the same transaction. */
function done(run: SagaRun, step: SagaStep, result: Json, attempt: Attempt): FenceMove {
  const others = run.definition.steps.filter((each) => each !== step)
  const completes = others.every((each) => run.fence(each).state === 'done')
  const steps = run.record.task?.steps ?? []
  const ending: SagaMove = completes ? { state: 'completed', endedAt: attempt.endedAt } : {}
  const task: SagaMove = steps.at(-1) === step.name ? { task: 'over' } : {}
  return { to: { state: 'done', result: result as never }, saga: { attempt, ...task, ...ending } }
}

/** The machine retries and catches by name, and both history and timeline keep only words of our own. */
export function asStepError(step: SagaStep, error: unknown): StepError {
  if (error instanceof StepError) return error
  const name = error instanceof Error ? error.name : 'Error'
  return new StepError(failedStep(step.name), `${step.name}: ${name}`, { cause: error })
}

function nameOf(error: unknown, failure: StepError): string {
  return failure.name === refused || !(error instanceof Error) ? failure.name : error.name
}
