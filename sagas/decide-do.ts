import type { Fence, StepKey } from '../tables/step-keys.ts'
import type { Write } from '../tables/store.ts'
import type { CallOutcome, Json, Plan } from './plan.ts'
import type { SagaStep } from './saga.ts'
import type { StepDecision } from './step-decision.ts'
import { closed, refused, StepError } from './step-errors.ts'

/** Everything that decides how the do of a step goes on. */
export interface DoState {
  step: Pick<SagaStep, 'name' | 'kind'>
  fence: Fence
  /** Whether the pivot's fence is `done`. */
  isPivotDone: boolean
  /** What the step has planned, once it was asked. */
  plan?: Plan<Json> | undefined
  /** What the planned call came back with, once it was made. A call is made once per attempt. */
  answer?: CallOutcome<Json> | undefined
  /** Whether the fence was read again after the step planned to refuse, and had not changed. */
  isRefusalConfirmed?: boolean
}

/** Decides the next move of a step's do. Pure: the same state always gives the same decision. */
export function decideDo({ step, fence, isPivotDone, plan, answer, isRefusalConfirmed }: DoState): StepDecision {
  if (fence.state === 'done') return { next: 'finish' }
  if (fence.state === 'undone' || fence.state === 'tombstone') {
    const refusal = refusalBehind(step, fence, answer)
    return fail(
      refusal === undefined
        ? new StepError(closed, `${step.name} was undone, or must not be done any more`)
        : new StepError(refused, refusal),
    )
  }
  if (step.kind === 'retriable' && !isPivotDone)
    return fail(new StepError(closed, `${step.name} must not be done before the pivot`))
  if (!plan) return { next: 'plan' }
  switch (plan.plan) {
    case 'write':
      return commitDone(plan.result, 'done', plan.writes)
    case 'skip':
      return commitDone(plan.result, 'skipped')
    case 'refuse':
      // Another, faster copy of this task may be the reason for the refusal: only a fence that was read afterwards can tell.
      return isRefusalConfirmed ? fail(refusal(step, fence, plan.why)) : { next: 'confirm-refusal' }
    case 'call':
      if (fence.state === 'absent') return { next: 'commit', fence: { state: 'intent' } }
      return answer ? afterCall(step, answer) : { next: 'call' }
    default:
      return plan satisfies never
  }
}

/** Why the step's call was refused, now or in an earlier attempt whose answer was lost; undefined when an undo closed the fence. */
function refusalBehind({ name }: DoState['step'], fence: Fence, answer: DoState['answer']): string | undefined {
  if (answer?.status === 'refused') return `${name}: ${answer.why}`
  return fence.state === 'tombstone' ? fence.refusal : undefined
}

/** The call has answered: the fence has to record it, whatever else happens. */
function afterCall({ name, kind }: DoState['step'], answer: CallOutcome<Json>): StepDecision {
  switch (answer.status) {
    case 'done':
      return commitDone(answer.result, 'done')
    case 'given-up': {
      const message = `${name}: given up: ${answer.why}`
      const decision = commitDone(answer.result, 'given-up')
      return { ...decision, error: { name: 'GivenUp', message }, reason: message }
    }
    case 'refused': {
      if (kind === 'retriable') return fail(new Error(`refused after the pivot: ${answer.why}`))
      const message = `${name}: ${answer.why}`
      return {
        next: 'commit',
        fence: { state: 'tombstone', refusal: message },
        attempt: 'refused',
        error: { name: refused, message },
      }
    }
    default:
      return answer satisfies never
  }
}

/**
 * A planned refusal compensates, with two exceptions: it says nothing about a call that an earlier attempt may have made (an opened
 * wait is not a call), and nothing is refused after the pivot.
 */
function refusal({ name, kind }: DoState['step'], fence: Fence, why: string): Error {
  const mayHaveBeenCalled = fence.state === 'intent' && !fence.wait
  return mayHaveBeenCalled || kind === 'retriable' ? new Error(why) : new StepError(refused, `${name}: ${why}`)
}

function commitDone(result: Json, attempt: 'done' | 'skipped' | 'given-up', writes: Write[] = []) {
  const fence: StepKey = { state: 'done', result: result as never }
  return { next: 'commit', fence, writes, attempt } as const
}

function fail(error: Error): StepDecision {
  return { next: 'fail', error }
}
