import { setTimeout as delay } from 'node:timers/promises'
import { AwsError } from '../aws-error.ts'
import { type Answer, AnswerDropped } from '../edge/answer.ts'
import type { Log } from '../ports.ts'
import type { Injection } from './fault-book.ts'
import { type Commits, type KeyNames, readHalfApplied } from './half-applied.ts'

/** What faults may do to the stack. */
export interface Killers {
  /** Ends this environment of the function at once; without one, all of them. */
  crash(functionName: string, environment?: string): void
  /** Ends the whole stack like `kill -9`. */
  killStack(): void
}

/** What faults are made with. */
export interface FaultDeps extends Killers {
  log: Log
  commits: Commits
  keyNames: KeyNames
}

/** A function that calls, and in which of its environments. */
export interface Caller {
  functionName: string
  environment: string | undefined
}

/** Injects a rule's fault into one call. `caller` is undefined for a caller outside of the stack. */
export async function injectIntoCall(
  injection: Injection<'call'>,
  {
    service,
    input,
    caller,
    proceed,
  }: {
    service: string
    input: Record<string, unknown>
    caller: Caller | undefined
    proceed: () => Promise<Answer>
  },
  deps: FaultDeps,
): Promise<Answer> {
  const { rule, removed } = injection
  const { fault, name } = rule
  switch (fault.do) {
    case 'refuse':
      throw new AwsError(fault.error, `refused by fault rule ${name}`, fault.status)
    case 'throttle':
      throw throttled(service, name)
    case 'delay':
      await untilRemoved(fault.ms, removed)
      return proceed()
    case 'time-out':
      await untilRemoved(fault.ms, removed)
      throw new AnswerDropped()
    case 'lose-answer':
      await proceed()
      throw new AnswerDropped()
    case 'hold':
      await untilRemoved(undefined, removed)
      return proceed()
    case 'half-applied': {
      const isBefore = () => injection.random() < fault.share
      const { commits, keyNames } = deps
      const until = untilRemoved(fault.ms, removed)
      const { answer, isMixed } = await readHalfApplied(proceed, { input, commits, keyNames, until, isBefore })
      if (!isMixed) injection.discard()
      return answer
    }
    case 'overtaken':
      await untilOvertaken(injection, fault, deps.log)
      return proceed()
    case 'kill': {
      const kill = () => {
        if (fault.what === 'stack') deps.killStack()
        else if (caller) deps.crash(caller.functionName, caller.environment)
      }
      if (fault.moment === 'after') await proceed()
      const underWay = fault.moment === 'amid' ? proceed() : undefined
      kill()
      await underWay
      throw new AnswerDropped()
    }
    default:
      return fault satisfies never
  }
}

/** The error by which each service refuses too many calls, by its API reference. */
function throttled(service: string, name: string): AwsError {
  const message = `throttled by fault rule ${name}`
  if (service === 's3') return new AwsError('SlowDown', message, 503)
  if (service === 'ses') return new AwsError('Throttling', message, 400)
  if (service === 'sqs') return new AwsError('RequestThrottled', message, 403)
  if (service === 'lambda') return new AwsError('TooManyRequestsException', message, 429)
  return new AwsError('ThrottlingException', message, 400)
}

/** Waits for `ms`, or without a limit, but at most until the rule is removed. */
export async function untilRemoved(ms: number | undefined, removed: AbortSignal): Promise<void> {
  if (ms !== undefined) await delay(ms, undefined, { signal: removed }).catch(() => {})
  else if (!removed.aborted) await new Promise((done) => removed.addEventListener('abort', done, { once: true }))
}

/** Waits until so many later ones have gone by; the rule's removal ends it too. */
export async function untilOvertaken(
  { rule, removed, overtaken, discard }: Injection<'call'> | Injection<'invocation'>,
  { by, ms }: { by: number; ms: number },
  log: Log,
): Promise<void> {
  const wentBy = overtaken(by).then(() => true)
  if (await Promise.race([wentBy, untilRemoved(ms, removed).then(() => false)])) return
  discard()
  log.info(`fault ${rule.name} not counted: no later call overtook within ${ms} ms`)
}
