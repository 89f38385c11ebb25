import type { Traced } from '../../../localstack/embedded/faults/trace.ts'
import type { Exchange } from '../context/person.ts'
import { partOfService, short } from '../picture/participants.ts'

/** One thing that went over the wire, as often as it did within a step. */
export interface Call {
  from: string
  to: string
  what: string
  /** How it ended, when that is worth a word. */
  outcome: string
  times: number
}

/**
 * Everything that went over the wire in one step, in the order in which each thing first happened. Equal things are counted, not
 * repeated.
 */
export function callsOf(exchanges: readonly Exchange[], traced: readonly Traced[]): Call[] {
  const all = [
    ...exchanges.map((one) => ({ atMs: one.startedAtMs, call: ofExchange(one) })),
    ...traced.map((one) => ({ atMs: one.atMs, call: ofTraced(one) })),
  ]
  const calls = new Map<string, Call>()
  for (const { call } of all.toSorted((a, b) => a.atMs - b.atMs)) {
    const { from, to, what, outcome } = call
    const same = `${from} ${to} ${what} ${outcome}`
    const known = calls.get(same)
    if (known) known.times++
    else calls.set(same, { ...call, times: 1 })
  }
  return [...calls.values()]
}

function ofExchange({ who, request, answer }: Exchange): Omit<Call, 'times'> {
  return { from: who, to: 'API', what: request, outcome: answer }
}

function ofTraced({ kind, from, to, what, resources = [], records, outcome, fault }: Traced): Omit<Call, 'times'> {
  const ended = [outcome === 'ok' ? '' : outcome, fault ? `fault: ${fault}` : ''].filter(Boolean).join(', ')
  if (kind === 'invocation') {
    const source = what ? (what.includes('.fifo') || records === undefined ? 'SQS' : 'DynamoDB') : 'Step Functions'
    const events = records ? `${records === 1 ? 'one record' : 'records'} of ${short(what)}` : 'a step'
    return { from: source, to: short(to), what: events, outcome: ended }
  }
  const names = resources.map(short).join(', ')
  return {
    from: from === undefined ? 'scenario' : short(from),
    to: partOfService(to),
    what: `${what}${names ? ` ${names}` : ''}`,
    outcome: ended,
  }
}
