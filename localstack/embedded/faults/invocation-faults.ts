import { setTimeout as delay } from 'node:timers/promises'
import { AwsError } from '../aws-error.ts'
import type { InvokeResult } from '../seams.ts'
import { type Killers, untilRemoved } from './call-faults.ts'
import type { Strike } from './fault-book.ts'

/** Does to one invocation what the rule says. `run` takes another payload in place of the function's own. */
export async function strikeInvocation(
  { rule, removed }: Strike<'invocation'>,
  { functionName, payload }: { functionName: string; payload: unknown },
  run: (payload?: unknown) => Promise<InvokeResult>,
  killers: Killers,
): Promise<InvokeResult> {
  const { fault, name } = rule
  switch (fault.do) {
    case 'refuse':
      return failed(fault.error, `refused by the fault ${name}`)
    case 'throttle':
      throw new AwsError('TooManyRequestsException', `throttled by the fault ${name}`, 429)
    case 'delay':
      await untilRemoved(fault.ms, removed)
      return run()
    case 'time-out':
      await untilRemoved(fault.ms, removed)
      return failed('Sandbox.Timedout', `timed out by the fault ${name}`)
    case 'lose-answer':
      await run()
      return failed('Runtime.ExitError', `its answer was lost by the fault ${name}`)
    case 'repeat': {
      const first = run()
      if (!fault.atOnce) await first
      const [, second] = await Promise.all([first, run()])
      return second
    }
    case 'reverse':
      return run(reversed(payload))
    case 'hold':
      await untilRemoved(undefined, removed)
      return run()
    case 'kill': {
      const kill = () => (fault.what === 'stack' ? killers.killStack() : killers.crash(functionName))
      if (fault.moment === 'after') await run()
      if (fault.moment === 'amid') {
        const running = run()
        await Promise.race([running, delay(fault.ms)])
        kill()
        await running
      } else kill()
      return failed('Runtime.ExitError', `killed by the fault ${name}`)
    }
    default:
      return fault satisfies never
  }
}

/** The records of a batch that came from a queue or a stream. */
export function recordsOf(payload: unknown): unknown[] {
  const { Records } = (payload ?? {}) as { Records?: unknown }
  return Array.isArray(Records) ? Records : []
}

function reversed(payload: unknown): unknown {
  return { ...(payload as object), Records: recordsOf(payload).toReversed() }
}

function failed(errorType: string, errorMessage: string): InvokeResult {
  return { status: 'failed', errorType, errorMessage }
}
