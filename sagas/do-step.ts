import { checkHold } from './check-hold.ts'
import { decideDo } from './decide-do.ts'
import { pivotOf } from './phases.ts'
import type { CallOutcome, Json, Plan } from './plan.ts'
import { runAttempt } from './run-attempt.ts'
import type { SagaStep } from './saga.ts'
import type { SagaRun } from './saga-run.ts'
import { held } from './step-errors.ts'

/** Does one step, once: a step whose fence is `done` is finished, one that was undone is refused. Throws what {@link runAttempt} throws. */
export async function doStep(run: SagaRun, step: SagaStep): Promise<void> {
  let plan: Plan<Json> | undefined
  let answer: CallOutcome<Json> | undefined
  let isRefusalConfirmed = false
  await runAttempt(
    run,
    step,
    'do',
    async () => {
      const fence = run.fence(step)
      const isPivotDone = run.fence(pivotOf(run.definition)).state === 'done'
      const decision = decideDo({ step, fence, isPivotDone, plan, answer, isRefusalConfirmed })
      switch (decision.next) {
        case 'plan':
          await checkHold(run, step)
          plan = await step.do({
            ...run.context(),
            isRepeated: fence.state === 'intent' && !fence.wait,
            ...firstTried(run, step),
          } as never)
          return { next: 'repeat' }
        case 'call':
          if (plan?.plan === 'call') answer = await plan.call()
          return { next: 'repeat' }
        case 'confirm-refusal':
          await run.refresh()
          isRefusalConfirmed = run.fence(step).state === fence.state
          if (!isRefusalConfirmed) plan = undefined
          return { next: 'repeat' }
        default:
          return decision
      }
    },
    () => {
      // Rows are planned again, as what they rest on has changed. A call is planned and made once.
      if (plan?.plan !== 'call') plan = undefined
    },
  )
}

function firstTried({ record }: SagaRun, { name }: SagaStep): { firstTriedAtMs?: number } {
  const first = record.timeline.find(
    ({ step, action, error }) => step === name && action === 'do' && error?.name !== held,
  )
  return first ? { firstTriedAtMs: Date.parse(first.startedAt) } : {}
}
