import { setTimeout as delay } from 'node:timers/promises'
import { AwsError } from '../aws-error.ts'
import type { RunInvocation } from '../lambda/lambda-pool.ts'
import type { InvokeResult } from '../ports.ts'
import { type FaultDeps, untilOvertaken, untilRemoved } from './call-faults.ts'
import type { Injection } from './fault-book.ts'

/** Injects a rule's fault into one invocation. */
export async function injectIntoInvocation(
  injection: Injection<'invocation'>,
  { functionName, payload }: { functionName: string; payload: unknown },
  run: RunInvocation,
  deps: FaultDeps,
): Promise<InvokeResult> {
  const { rule, removed } = injection
  const { fault, name } = rule
  switch (fault.do) {
    case 'refuse':
      return failed(fault.error, `refused by fault rule ${name}`)
    case 'throttle':
      throw new AwsError('TooManyRequestsException', `throttled by fault rule ${name}`, 429)
    case 'delay':
      await untilRemoved(fault.ms, removed)
      return run()
    case 'time-out':
      await untilRemoved(fault.ms, removed)
      return failed('Sandbox.Timedout', `timed out by fault rule ${name}`)
    case 'lose':
      return { status: 'succeeded', payload: null }
    case 'answer':
      if (fault.run) await run()
      return { status: 'succeeded', payload: fault.payload }
    case 'lose-answer':
      await run()
      return failed('Runtime.ExitError', `response lost by fault rule ${name}`)
    case 'repeat': {
      const first = run()
      if (!fault.atOnce) await first
      const [, second] = await Promise.all([first, run()])
      return second
    }
    case 'reverse':
      return run({ payload: reversed(payload) })
    case 'hold':
      await untilRemoved(undefined, removed)
      return run()
    case 'overtaken':
      await untilOvertaken(injection, fault, deps.log)
      return run()
    case 'skew-clock':
      return run({ clockSkewMs: fault.ms })
    case 'kill': {
      const kill = () => (fault.what === 'stack' ? deps.killStack() : deps.crash(functionName))
      if (fault.moment === 'after') await run()
      if (fault.moment === 'amid') {
        const running = run()
        await Promise.race([running, delay(fault.ms)])
        kill()
        await running
      } else kill()
      return failed('Runtime.ExitError', `killed by fault rule ${name}`)
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
