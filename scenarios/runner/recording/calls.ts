import type { TraceEntry } from 'embedded-aws/faults'
import { shortName } from '../../../proof/short-name.ts'
import { externalClient, participantOfService } from '../picture/participants.ts'
import type { Exchange } from './exchange.ts'

/** One kind of call or invocation, with how often it happened within a step. */
export interface Call {
  from: string
  to: string
  operation: string
  /** Empty when it simply succeeded. */
  outcome: string
  times: number
}

/** Every call and invocation of one step, in the order of the first of each kind. Equal ones are counted. */
export function toCalls(exchanges: readonly Exchange[], traced: readonly TraceEntry[]): Call[] {
  const timed = [
    ...exchanges.map((exchange) => ({ atMs: exchange.startedAtMs, call: ofExchange(exchange) })),
    ...traced.map((entry) => ({ atMs: entry.atMs, call: ofTraced(entry) })),
  ]
  const calls = new Map<string, Call>()
  for (const { call } of timed.toSorted((a, b) => a.atMs - b.atMs)) {
    const { from, to, operation, outcome } = call
    const key = `${from} ${to} ${operation} ${outcome}`
    const known = calls.get(key)
    if (known) known.times++
    else calls.set(key, { ...call, times: 1 })
  }
  return [...calls.values()]
}

function ofExchange({ who, request, answer }: Exchange): Omit<Call, 'times'> {
  return { from: who, to: 'API', operation: request, outcome: answer }
}

function ofTraced({ kind, from, to, what, resources = [], records, outcome, fault }: TraceEntry): Omit<Call, 'times'> {
  const ended = [outcome === 'ok' ? '' : outcome, fault ? `fault: ${fault}` : ''].filter(Boolean).join(', ')
  if (kind === 'invocation') {
    const stream = what?.includes('.fifo') || records === undefined ? 'SQS' : 'DynamoDB'
    const source = what ? stream : 'Step Functions'
    const input = records ? `${records === 1 ? 'one record' : 'records'} of ${shortName(what)}` : 'a step'
    return { from: source, to: shortName(to), operation: input, outcome: ended }
  }
  const names = resources.map(shortName).join(', ')
  return {
    from: from === undefined ? externalClient : shortName(from),
    to: participantOfService(to),
    operation: `${what}${names ? ` ${names}` : ''}`,
    outcome: ended,
  }
}
