import type { Attempt } from '../tables/sagas.ts'
import { asStepError } from './do-step.ts'
import type { FenceMove, SagaRun } from './run.ts'
import type { SagaStep } from './saga.ts'
import { closed, isNamed, StepError, superseded } from './step-errors.ts'

/**
 * Opens a step's wait: the token is stored in one transaction with the fence. The newest attempt of the newest generation has the word,
 * so a copy of an older one that comes late can't put back a token that nobody waits on any more. Throws {@link StepError}s only.
 */
export async function openWait(
  run: SagaRun,
  step: SagaStep,
  { token, attempt }: { token: string; attempt: number },
): Promise<void> {
  const { callback } = step
  if (!callback) throw new Error(`${step.name} waits for nobody`)
  const wait = { token, generation: run.ref.generation, attempt }
  const startedAt = run.now()
  const attemptRecord = (outcome: Attempt['outcome'], error?: Attempt['error']): Attempt => {
    return { step: step.name, action: 'do', startedAt, endedAt: run.now(), outcome, ...(error && { error }) }
  }
  try {
    let isMine = true
    await run.settle(step, async (fence): Promise<FenceMove | 'over'> => {
      if (fence.state === 'undone' || fence.state === 'tombstone')
        throw new StepError(closed, `${step.name} was undone, or may not be done any more`)
      const present = fence.state === 'intent' ? fence.wait : undefined
      // Another execution has waited and gone on: nobody will call this one, but it may find itself that there is nothing to wait for.
      isMine = present?.token === token || fence.state === 'done'
      if (isMine || (present && isNewer(present, wait))) return 'over'
      const writes = await callback.open({ ...run.context(), token, replaces: present?.token } as never)
      const saga = { state: 'running', task: 'over', attempt: attemptRecord('waiting') } as const
      return { to: { state: 'intent', wait }, writes, saga }
    })
    if (isMine) await callback.opened?.({ ...run.context(), token } as never)
  } catch (error) {
    if (isNamed(error, superseded)) throw error
    const failure = asStepError(step, error)
    const name = error instanceof Error ? error.name : failure.name
    await run.recordFailure(attemptRecord('failed', { name, message: failure.message }))
    throw failure
  }
}

interface Turn {
  generation: number
  attempt: number
}

function isNewer(one: Turn, other: Turn): boolean {
  return one.generation > other.generation || (one.generation === other.generation && one.attempt > other.attempt)
}
