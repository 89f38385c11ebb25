import type { CallFault, FaultRuleInput, InvocationFault } from '../../localstack/embedded/faults/rule.ts'
import { mulberry32 } from '../../localstack/embedded/mulberry32.ts'

/** One fault of a run: set when so much of the run is done (0 up to 1), and lifted after so long, struck or not. */
export interface PlannedFault {
  fromFraction: number
  forMs: number
  rule: FaultRuleInput
}

/** Enough to meet everything that can be struck, few enough to be told one by one. */
const faultsPerRun = 16

/** Everything is struck by then, so that the end of a run is not spared, and what it sets is still there when requests come. */
const lastFraction = 0.9

/** Long enough to be met by many requests; shorter than clients and retries bear. */
const lastsMs = { min: 400, max: 2_500 }

/**
 * A message that fails comes again after its visibility timeout, and is set aside after a few of these: so many strikes leave any message
 * its chance.
 */
const timesMax = 6

/** Less than the margin of request keys, and than what AWS bears without a word (5 minutes). */
const skewMsMax = 4 * 60_000

const moments = ['before', 'amid', 'after'] as const

type Chance = () => number
type Strikes =
  | { at: 'call'; where: { service: string; operation: string }; faults: ((chance: Chance) => CallFault)[] }
  | { at: 'invocation'; function: string; faults: ((chance: Chance) => InvocationFault)[] }

/** What may be struck, and how: all that the platform promises to live with. */
const strikes: readonly Strikes[] = [
  {
    at: 'call',
    where: { service: 'dynamodb', operation: 'TransactWriteItems' },
    faults: [throttled, slow, lost, noopObserver, dies],
  },
  { at: 'call', where: { service: 'dynamodb', operation: 'TransactGetItems' }, faults: [throttled, slow, broken] },
  { at: 'call', where: { service: 'dynamodb', operation: '*Item' }, faults: [throttled, slow, lost, dies] },
  {
    at: 'call',
    where: { service: 'sqs', operation: 'SendMessageBatch' },
    faults: [throttled, slow, lost, overtaken, dies],
  },
  { at: 'call', where: { service: 'states', operation: 'StartExecution' }, faults: [throttled, lost, dies] },
  { at: 'call', where: { service: 'ses', operation: 'SendRawEmail' }, faults: [throttled, lost, dies] },
  { at: 'invocation', function: '*-create-ticket', faults: [killed, slow, skewed] },
  { at: 'invocation', function: '*-relay-outbox', faults: [killed, slow, twice, backwards, held, lost] },
  { at: 'invocation', function: '*-project-views', faults: [killed, twice, backwards, held, lost, overtaken] },
  { at: 'invocation', function: '*-unassign-tickets', faults: [killed, twice, backwards, held, lost, overtaken] },
  { at: 'invocation', function: '*-start-saga', faults: [killed, twice, backwards, held, lost, skewed] },
  { at: 'invocation', function: '*-run-*-step', faults: [killed, slow, twice, lost, skewed] },
]

/** The faults of a run, by its seed alone: the same seed plans the same faults, in the order in which they begin. */
export function chaosPlan(seed: number): PlannedFault[] {
  const chance = mulberry32(seed)
  // Each kind of target in turn, from a chance one on, so that a run meets calls and functions alike.
  const first = Math.floor(chance() * strikes.length)
  const planned = Array.from({ length: faultsPerRun }, (_, index): PlannedFault => {
    const on = strikes[(first + index) % strikes.length] as Strikes
    const shared = {
      name: `chaos-${seed}-${index + 1}`,
      times: between(chance, 1, timesMax),
      probability: between(chance, 3, 10) / 10,
      seed: between(chance, 1, 1_000_000),
    }
    const rule: FaultRuleInput =
      on.at === 'call'
        ? { ...shared, at: 'call', where: { ...on.where, function: '*' }, fault: pick(chance, on.faults)(chance) }
        : { ...shared, at: 'invocation', where: { function: on.function }, fault: pick(chance, on.faults)(chance) }
    const fromFraction = Math.floor(chance() * lastFraction * 100) / 100
    return { fromFraction, forMs: between(chance, lastsMs.min, lastsMs.max), rule }
  })
  return planned.toSorted((a, b) => a.fromFraction - b.fromFraction)
}

function throttled() {
  return { do: 'throttle' } as const
}
function slow(chance: Chance) {
  return { do: 'delay', ms: between(chance, 50, 800) } as const
}
function lost() {
  return { do: 'lose-answer' } as const
}
/** Nothing is carried out, and nobody answers. */
function noopObserver(chance: Chance) {
  return { do: 'time-out', ms: between(chance, 500, 3_000) } as const
}
function broken() {
  return { do: 'refuse', error: 'InternalServerError', status: 500 } as const
}
function overtaken(chance: Chance) {
  return { do: 'overtaken', by: between(chance, 1, 3), ms: 1_000 } as const
}
function twice(chance: Chance) {
  return { do: 'repeat', atOnce: chance() < 0.5 } as const
}
function backwards() {
  return { do: 'reverse' } as const
}
/** Until the fault is lifted. */
function held() {
  return { do: 'hold' } as const
}
function skewed(chance: Chance) {
  return { do: 'skew-clock', ms: between(chance, -skewMsMax, skewMsMax) } as const
}
function dies(chance: Chance) {
  return { do: 'kill', what: 'function', moment: pick(chance, moments) } as const
}
function killed(chance: Chance) {
  return { ...dies(chance), ms: between(chance, 1, 60) } as const
}

function pick<T>(chance: Chance, from: readonly T[]): T {
  return from[Math.floor(chance() * from.length)] as T
}

/** A whole number, both ends included. */
function between(chance: Chance, min: number, max: number): number {
  return min + Math.floor(chance() * (max - min + 1))
}
