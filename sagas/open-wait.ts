import type { Wait } from '../tables/step-keys.ts'
import { decideWait } from './decide-wait.ts'
import { runAttempt } from './run-attempt.ts'
import type { SagaStep } from './saga.ts'
import type { SagaRun } from './saga-run.ts'

/**
 * Opens a step's wait: its task token is stored in one transaction with the fence ({@link decideWait} decides between tokens). Throws
 * what {@link runAttempt} throws.
 */
export async function openWait(
  run: SagaRun,
  step: SagaStep,
  { token, attempt, enteredAt }: Pick<Wait, 'token' | 'attempt' | 'enteredAt'>,
): Promise<void> {
  const { callback } = step
  if (!callback) throw new Error(`${step.name} has no callback to wait for`)
  const wait: Wait = { token, generation: run.ref.generation, attempt, ...(enteredAt !== undefined && { enteredAt }) }
  await runAttempt(run, step, 'do', async () => {
    const decision = decideWait(step, run.fence(step), wait)
    switch (decision.next) {
      case 'open': {
        const writes = await callback.open({ ...run.context(), token, replaces: decision.replaces } as never)
        return { next: 'commit', fence: { state: 'intent', wait }, writes, attempt: 'waiting' }
      }
      case 'current':
        await callback.opened?.({ ...run.context(), token } as never)
        return { next: 'finish' }
      case 'replaced':
        return { next: 'finish' }
      default:
        return decision
    }
  })
}
