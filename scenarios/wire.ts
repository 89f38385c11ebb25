import type { Traced } from '../localstack/embedded/faults/trace.ts'
import type { Exchange } from './person.ts'

/** One thing that went over the wire, as often as it did within a step. */
export interface Arrow {
  from: string
  to: string
  what: string
  /** How it ended, when that is worth a word. */
  outcome: string
  times: number
}

/** What happened in one step, in the order in which each thing first happened. Equal things are counted, not repeated. */
export function arrowsOf(exchanges: readonly Exchange[], traced: readonly Traced[]): Arrow[] {
  const all = [
    ...exchanges.map((one) => ({ atMs: one.startedAtMs, arrow: ofExchange(one) })),
    ...traced.map((one) => ({ atMs: one.atMs, arrow: ofTraced(one) })),
  ]
  const arrows = new Map<string, Arrow>()
  for (const { arrow } of all.toSorted((a, b) => a.atMs - b.atMs)) {
    const { from, to, what, outcome } = arrow
    const same = `${from} ${to} ${what} ${outcome}`
    const known = arrows.get(same)
    if (known) known.times++
    else arrows.set(same, { ...arrow, times: 1 })
  }
  return [...arrows.values()]
}

function ofExchange({ who, request, answer }: Exchange): Omit<Arrow, 'times'> {
  return { from: who, to: 'API', what: request, outcome: answer }
}

const services: Record<string, string> = {
  dynamodb: 'DynamoDB',
  sqs: 'SQS',
  states: 'Step Functions',
  ses: 'Mail',
  s3: 'S3',
  lambda: 'Lambda',
}

function ofTraced({ kind, from, to, what, resources = [], records, outcome, fault }: Traced): Omit<Arrow, 'times'> {
  const ended = [outcome === 'ok' ? '' : outcome, fault ? `fault: ${fault}` : ''].filter(Boolean).join(', ')
  if (kind === 'invocation') {
    const source = what ? (what.includes('.fifo') || records === undefined ? 'SQS' : 'DynamoDB') : 'Step Functions'
    const events = records ? `${records === 1 ? 'one record' : 'records'} of ${short(what)}` : 'a step'
    return { from: source, to: short(to), what: events, outcome: ended }
  }
  const names = resources.map(short).join(', ')
  return {
    from: from === undefined ? 'walkthrough' : short(from),
    to: services[to] ?? to,
    what: `${what}${names ? ` ${names}` : ''}`,
    outcome: ended,
  }
}

/** A physical name without what is the same for all: `steadfast-local-Outbox`. */
export function short(name: string): string {
  return name.replace(/^steadfast-[a-z]+-/, '')
}

/** As many as a person takes in, those that a fault struck among them, and how many are left out. */
export function mostTelling(wire: readonly Arrow[], max: number): { arrows: Arrow[]; leftOut: number } {
  const struck = wire.filter(({ outcome }) => outcome.includes('fault:'))
  const chosen = new Set([...struck, ...wire].slice(0, Math.max(max, struck.length)))
  return { arrows: wire.filter((arrow) => chosen.has(arrow)), leftOut: wire.length - chosen.size }
}

/** One line, such as `carla → API: POST /tickets: 201 (×10)`. */
export function arrowLine({ from, to, what, outcome, times }: Arrow): string {
  return `${from} → ${to}: ${what}${outcome ? `: ${outcome}` : ''}${times > 1 ? ` (×${times})` : ''}`
}
