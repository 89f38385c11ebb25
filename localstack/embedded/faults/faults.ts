import { createMeter, type Meter } from '../dynamodb/meter.ts'
import type { Interceptor } from '../edge/answer.ts'
import type { LocalHandler } from '../edge/local-routes.ts'
import type { OutgoingVerdict } from '../lambda/environment.ts'
import type { LambdaPoolOptions } from '../lambda/lambda-pool.ts'
import type { Log, Principal } from '../ports.ts'
import { type Caller, injectIntoCall, type Killers } from './call-faults.ts'
import { createFaultBook, type FaultBook } from './fault-book.ts'
import { createCommits, type KeyNames } from './half-applied.ts'
import { injectIntoInvocation, recordsOf } from './invocation-faults.ts'
import { injectIntoConnection } from './outgoing-faults.ts'
import type { FaultRule } from './rule.ts'
import { serveFaults } from './serve-faults.ts'
import { resourcesOf } from './texts.ts'
import { createTrace, type Trace, type TraceEntry } from './trace.ts'

/** Fault injection around every AWS call, invocation and outgoing connection. Without rules it costs one check of an empty list. */
export interface Faults {
  book: FaultBook
  interceptor: Interceptor
  around: NonNullable<LambdaPoolOptions['around']>
  outgoing: NonNullable<LambdaPoolOptions['outgoing']>
  /** `faults`: GET lists the rules, POST adds one, DELETE removes all. `faults/NAME`: GET and DELETE of one rule. */
  serve: LocalHandler
  /** `trace`: a live stream of calls and invocations. */
  serveTrace: LocalHandler
  /** Removes all rules, which releases what they hold, and ends all traces. */
  stop(): void
}

export interface FaultsOptions extends Killers {
  log: Log
  /** Measures what calls consume, for watchers who ask for it. */
  meter?: Meter
  /** Key attributes of a table: without them no read is half applied. */
  keyNames?: KeyNames
  /** The function that has this role. */
  functionOf(roleName: string): string | undefined
}

export function createFaults({
  log,
  meter = createMeter(),
  functionOf,
  keyNames = () => undefined,
  ...killers
}: FaultsOptions): Faults {
  const commits = createCommits()
  const deps = { log, commits, keyNames, ...killers }
  const book = createFaultBook()
  const trace = createTrace(meter)

  function callerOf(principal: Principal): Caller | undefined {
    if (principal.kind !== 'role') return undefined
    const functionName = functionOf(principal.roleName)
    return functionName === undefined ? undefined : { functionName, environment: principal.environment }
  }

  function tell({ rule, count }: { rule: FaultRule; count: number }, what: string) {
    log.info(`fault ${rule.name} fires (${count}): ${what}: ${describeFault(rule)}`)
  }

  return {
    book,
    async interceptor(call, proceed) {
      if (book.isEmpty() && !trace.isWatched()) return proceed()
      const { service, operation, principal, input } = call
      const caller = callerOf(principal)
      const from = caller?.functionName
      const resources = resourcesOf(input)
      const subject = { service, operation, resources, function: from, content: input }
      const { injection, completed } = book.match('call', subject)
      const seen = { kind: 'call' as const, from, to: service, what: operation, resources }
      if (injection)
        tell(injection, `${from ?? 'a developer'} calls ${service} ${operation} ${resources.join(', ')}`.trim())
      const carryOut = async () => {
        const answer = await proceed()
        if (operation === 'TransactWriteItems' && answer.status < 400) commits.committed(resources)
        return answer
      }
      const go = injection
        ? () => injectIntoCall(injection, { service, input, caller, proceed: carryOut }, deps)
        : carryOut
      const answer = await observed(
        trace,
        { ...seen, ...(injection && { fault: describeFault(injection.rule) }) },
        input,
        go,
      )
      completed()
      return answer
    },
    async around({ functionName, payload }, run) {
      if (book.isEmpty() && !trace.isWatched()) return run()
      const records = recordsOf(payload).length
      const { injection, completed } = book.match('invocation', { function: functionName, content: payload, records })
      const seen = { kind: 'invocation' as const, from: undefined, to: functionName, what: sourceOf(payload), records }
      if (injection) tell(injection, `${functionName} is invoked`)
      const go = injection ? () => injectIntoInvocation(injection, { functionName, payload }, run, deps) : () => run()
      const result = await observed(
        trace,
        { ...seen, ...(injection && { fault: describeFault(injection.rule) }) },
        payload,
        go,
      )
      if (result.status === 'succeeded') completed()
      return result
    },
    async outgoing({ functionName, environment, host, payload }) {
      if (book.isEmpty() && !trace.isWatched()) return { do: 'pass' }
      const { injection } = book.match('outgoing', { function: functionName, host, content: payload })
      if (injection) tell(injection, `${functionName} connects to ${host}`)
      const seen = { kind: 'call' as const, from: functionName, to: host, what: 'connects' }
      const go = async (): Promise<OutgoingVerdict> =>
        injection ? injectIntoConnection(injection, () => killers.crash(functionName, environment)) : { do: 'pass' }
      return observed(trace, { ...seen, ...(injection && { fault: describeFault(injection.rule) }) }, payload, go)
    },
    serve: serveFaults(book, log),
    serveTrace: trace.serve,
    stop() {
      book.clear()
      trace.stop()
    },
  }
}

/** What the rule injects, for logs and traces. */
function describeFault({ at, fault }: FaultRule): string {
  switch (fault.do) {
    case 'refuse':
      return `refused with ${fault.error}`
    case 'throttle':
      return 'throttled'
    case 'delay':
      return `delayed by ${fault.ms} ms`
    case 'time-out':
      return 'timed out'
    case 'lose':
      return 'lost'
    case 'lose-answer':
      return 'completed, response lost'
    case 'answer':
      return 'answered with a payload of the rule'
    case 'repeat':
      return 'delivered twice'
    case 'reverse':
      return 'delivered in reverse order'
    case 'hold':
      return 'held'
    case 'overtaken':
      return `held until overtaken by ${fault.by}`
    case 'half-applied':
      return 'answered half before and half after a transaction'
    case 'skew-clock':
      return `clock ${Math.abs(fault.ms) / 1000} s ${fault.ms < 0 ? 'behind' : 'ahead'}`
    case 'kill':
      return `${'what' in fault ? fault.what : 'function'} killed ${fault.moment === 'amid' ? 'during' : fault.moment} the ${at === 'invocation' ? at : 'call'}`
    default:
      return fault satisfies never
  }
}

/** Where a batch comes from: the last part of its records' source ARN, or the table of a stream's. */
function sourceOf(payload: unknown): string {
  const { eventSourceARN } = (recordsOf(payload)[0] ?? {}) as { eventSourceARN?: unknown }
  if (typeof eventSourceARN !== 'string') return ''
  return /:table\/([^/]+)/.exec(eventSourceARN)?.[1] ?? eventSourceARN.replace(/^.*:/, '')
}

/** Runs `go` and records its outcome in the trace. */
async function observed<T>(
  trace: Trace,
  about: Omit<TraceEntry, 'atMs' | 'outcome'>,
  content: unknown,
  go: () => Promise<T>,
) {
  if (!trace.isWatched()) return go()
  const atMs = performance.timeOrigin + performance.now()
  try {
    const result = await go()
    trace.record({ ...about, atMs, outcome: outcomeOf(result) }, content)
    return result
  } catch (error) {
    const outcome = error instanceof Error && error.message ? error.name : 'no answer'
    trace.record({ ...about, atMs, outcome }, content)
    throw error
  }
}

function outcomeOf(result: unknown): string {
  const { status, errorType, body } = (result ?? {}) as { status?: unknown; errorType?: string; body?: unknown }
  if (status === 'failed') return errorType ?? 'failed'
  if (typeof status !== 'number' || status < 400) return 'ok'
  return /"__type":\s*"(?:[^"#]*#)?([^"]+)"/.exec(String(body))?.[1] ?? String(status)
}
