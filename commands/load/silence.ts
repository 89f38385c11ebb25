import type { RequestAttempt } from '../../proof/load/attempt.ts'
import { isReachable, unreachable } from '../../proof/target.ts'

/** Longer than most stops of a moment, and short enough to be noticed by who started the run. */
const tellAfterMs = 5_000
/** Longer than a stack takes to start again. */
const endAfterMs = 60_000

export interface SilenceOptions {
  /** Gets a line that says that nothing answers. */
  onSilent(message: string): void
  /** Gets why the run can't go on. */
  onGone(error: Error): void
  now?(): number
}

/**
 * Notices when a target is gone: attempts are lost, none is answered, and it can't be reached either. A target that loses answers and
 * one that is back in time stay as they are.
 */
export function watchForSilence(
  apiUrl: string,
  { onSilent, onGone, now = () => performance.now() }: SilenceOptions,
): { heard(attempt: Pick<RequestAttempt, 'outcome'>): Promise<void> } {
  let sinceMs: number | undefined
  let isTold = false
  let isGone = false
  let isAsking = false
  const end = () => {
    sinceMs = undefined
    isTold = false
  }
  return {
    async heard({ outcome }) {
      if (outcome === 'answered') return end()
      sinceMs ??= now()
      if (isGone || isAsking || now() - sinceMs < (isTold ? endAfterMs : tellAfterMs)) return
      isAsking = true
      const reachable = await isReachable(apiUrl)
      isAsking = false
      if (reachable || sinceMs === undefined) return end()
      if (isTold) {
        isGone = true
        return onGone(unreachable(apiUrl))
      }
      isTold = true
      onSilent(
        `nothing answers at ${new URL(apiUrl).origin}: the run waits up to ${endAfterMs / 1_000} s until the stack is started again (npm start)`,
      )
    },
  }
}
