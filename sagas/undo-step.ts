import type { Attempt, SagaMove } from '../tables/sagas.ts'
import type { Fence } from '../tables/step-keys.ts'
import { asStepError } from './do-step.ts'
import { undoOrder } from './phases.ts'
import type { UndoPlan } from './plan.ts'
import type { FenceMove, SagaRun } from './run.ts'
import type { SagaStep } from './saga.ts'
import { isNamed, superseded } from './step-errors.ts'

/** Undoes one step, once. Where nothing was done, the fence is closed all the same: a do that comes late finds it so. */
export async function undoStep(run: SagaRun, step: SagaStep): Promise<void> {
  const startedAt = run.now()
  const attempt = (outcome: Attempt['outcome'], error?: Attempt['error']): Attempt => ({
    step: step.name,
    action: 'undo',
    startedAt,
    endedAt: run.now(),
    outcome,
    ...(error && { error }),
  })
  try {
    await run.settle(step, async (fence): Promise<FenceMove | 'over'> => {
      if (isClosed(fence)) return 'over'
      if (fence.state === 'absent' && !step.undoUnattempted) {
        return { to: { state: 'tombstone' }, saga: { attempt: attempt('nothing-to-undo'), ...ending(run, step) } }
      }
      const result = fence.state === 'done' ? fence.result : undefined
      const plan = await undoPlan(run, step, result)
      if (plan.plan === 'call') await plan.call()
      const writes = plan.plan === 'write' ? plan.writes : []
      if (fence.state === 'absent') {
        const saga = { attempt: attempt('nothing-to-undo'), ...ending(run, step) }
        return { to: { state: 'tombstone' }, writes, saga }
      }
      return { to: { state: 'undone' }, writes, saga: { attempt: attempt('undone'), ...ending(run, step) } }
    })
  } catch (error) {
    if (isNamed(error, superseded)) throw error
    const failure = asStepError(step, error)
    const name = error instanceof Error ? error.name : failure.name
    await run.recordFailure(attempt('failed', { name, message: failure.message }))
    throw failure
  }
}

async function undoPlan(run: SagaRun, step: SagaStep, result: unknown): Promise<UndoPlan> {
  if (!step.undo) throw new Error(`${step.name} has no undo`)
  return step.undo({ ...run.context(), result } as never)
}

export function isClosed({ state }: Fence): boolean {
  return state === 'undone' || state === 'tombstone'
}

/** The last step to be closed ends the saga, in the same transaction. */
function ending(run: SagaRun, step: SagaStep): SagaMove {
  const others = undoOrder(run.definition).filter((each) => each !== step)
  const compensates = others.every((each) => isClosed(run.fence(each)))
  const isLastOfTask = run.record.task?.steps.at(-1) === step.name
  return {
    ...(isLastOfTask && { task: 'over' }),
    ...(compensates && { state: 'compensated', endedAt: run.now() }),
  }
}
