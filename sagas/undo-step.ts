import { decideUndo } from './decide-undo.ts'
import type { UndoPlan } from './plan.ts'
import { runAttempt } from './run-attempt.ts'
import type { SagaStep } from './saga.ts'
import type { SagaRun } from './saga-run.ts'

/** Undoes one step, once. A step that was never attempted is closed all the same. Throws what {@link runAttempt} throws. */
export async function undoStep(run: SagaRun, step: SagaStep): Promise<void> {
  let plan: UndoPlan | undefined
  let isCalled = false
  await runAttempt(
    run,
    step,
    'undo',
    async () => {
      const fence = run.fence(step)
      const decision = decideUndo({ step, fence, plan, isCalled })
      switch (decision.next) {
        case 'plan': {
          if (!step.undo) throw new Error(`${step.name} has no undo`)
          const result = fence.state === 'done' ? fence.result : undefined
          plan = await step.undo({ ...run.context(), result } as never)
          return { next: 'repeat' }
        }
        case 'call':
          if (plan?.plan === 'call') await plan.call()
          isCalled = true
          return { next: 'repeat' }
        case 'confirm-refusal':
          throw new Error('an undo is never refused')
        default:
          return decision
      }
    },
    () => {
      // The fence may say by now that there is more to undo.
      plan = undefined
      isCalled = false
    },
  )
}
