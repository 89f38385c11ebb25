import type { CallFault, FaultRuleInput, InvocationFault } from 'embedded-aws/faults'
import { integerBetween, pick, type Random, randomFrom } from '../random.ts'

/** A fault of a run: its rule is set when this fraction of the requests is done (0 up to 1) and removed after `forMs`. */
export interface PlannedFault {
  fromFraction: number
  forMs: number
  rule: FaultRuleInput
}

/** Enough to use every fault target at least once, few enough to report one by one. */
const faultsPerRun = 16

/** The last fault begins before this, so that there are requests left for it to hit. */
const lastFraction = 0.9

/** Long enough to hit many requests, shorter than clients and functions keep retrying. */
const durationMs = { min: 400, max: 2_500 }

/** A message that keeps failing moves to the dead-letter queue; few enough faults per rule that every message still gets through. */
const timesMax = 6

/** Less than the margin of the request keys, and less than the skew that AWS accepts in a signature (5 minutes). */
const skewMsMax = 4 * 60_000

const moments = ['before', 'amid', 'after'] as const

type FaultTarget =
  | { at: 'call'; where: { service: string; operation: string }; faults: ((random: Random) => CallFault)[] }
  | { at: 'invocation'; function: string; faults: ((random: Random) => InvocationFault)[] }

/** Where faults are injected, and which: everything that the platform promises to survive. */
const targets: readonly FaultTarget[] = [
  {
    at: 'call',
    where: { service: 'dynamodb', operation: 'TransactWriteItems' },
    faults: [throttle, delay, loseAnswer, timeOut, killCaller],
  },
  { at: 'call', where: { service: 'dynamodb', operation: 'TransactGetItems' }, faults: [throttle, delay, refuse] },
  { at: 'call', where: { service: 'dynamodb', operation: '*' }, faults: [halfApplied] },
  { at: 'call', where: { service: 'dynamodb', operation: '*Item' }, faults: [throttle, delay, loseAnswer, killCaller] },
  {
    at: 'call',
    where: { service: 'sqs', operation: 'SendMessageBatch' },
    faults: [throttle, delay, loseAnswer, overtake, killCaller],
  },
  { at: 'call', where: { service: 'states', operation: 'StartExecution' }, faults: [throttle, loseAnswer, killCaller] },
  { at: 'call', where: { service: 'ses', operation: 'SendRawEmail' }, faults: [throttle, loseAnswer, killCaller] },
  { at: 'invocation', function: '*-create-ticket', faults: [kill, delay, skewClock] },
  { at: 'invocation', function: '*-relay-outbox', faults: [kill, delay, repeat, reverse, hold, loseAnswer] },
  { at: 'invocation', function: '*-project-views', faults: [kill, repeat, reverse, hold, loseAnswer, overtake] },
  { at: 'invocation', function: '*-unassign-tickets', faults: [kill, repeat, reverse, hold, loseAnswer, overtake] },
  { at: 'invocation', function: '*-start-saga', faults: [kill, repeat, reverse, hold, loseAnswer, skewClock] },
  { at: 'invocation', function: '*-run-*-step', faults: [kill, delay, repeat, loseAnswer, skewClock] },
]

/** The faults of a run, in the order in which they begin. The same seed gives the same plan. */
export function chaosPlan(seed: number): PlannedFault[] {
  const random = randomFrom(seed)
  // Takes the targets in turn, starting with a random one, so that every run has faults at calls and at functions.
  const first = Math.floor(random() * targets.length)
  const planned = Array.from({ length: faultsPerRun }, (_, index): PlannedFault => {
    const target = targets[(first + index) % targets.length] as FaultTarget
    const shared = {
      name: `chaos-${seed}-${index + 1}`,
      times: integerBetween(random, 1, timesMax),
      probability: integerBetween(random, 3, 10) / 10,
      seed: integerBetween(random, 1, 1_000_000),
    }
    const rule: FaultRuleInput =
      target.at === 'call'
        ? {
            ...shared,
            at: 'call',
            where: { ...target.where, function: '*' },
            fault: pick(random, target.faults)(random),
          }
        : {
            ...shared,
            at: 'invocation',
            where: { function: target.function },
            fault: pick(random, target.faults)(random),
          }
    const fromFraction = Math.floor(random() * lastFraction * 100) / 100
    return { fromFraction, forMs: integerBetween(random, durationMs.min, durationMs.max), rule }
  })
  return planned.toSorted((a, b) => a.fromFraction - b.fromFraction)
}

function throttle() {
  return { do: 'throttle' } as const
}
function delay(random: Random) {
  return { do: 'delay', ms: integerBetween(random, 50, 800) } as const
}
function loseAnswer() {
  return { do: 'lose-answer' } as const
}
/** The call has no effect and no answer. */
function timeOut(random: Random) {
  return { do: 'time-out', ms: integerBetween(random, 500, 3_000) } as const
}
/** A plain read of several items sees some of a transaction's changes and not the others. */
function halfApplied(random: Random) {
  return { do: 'half-applied', share: integerBetween(random, 3, 7) / 10, ms: 200 } as const
}
function refuse() {
  return { do: 'refuse', error: 'InternalServerError', status: 500 } as const
}
function overtake(random: Random) {
  return { do: 'overtaken', by: integerBetween(random, 1, 3), ms: 1_000 } as const
}
function repeat(random: Random) {
  return { do: 'repeat', atOnce: random() < 0.5 } as const
}
function reverse() {
  return { do: 'reverse' } as const
}
/** Until the fault is removed. */
function hold() {
  return { do: 'hold' } as const
}
function skewClock(random: Random) {
  return { do: 'skew-clock', ms: integerBetween(random, -skewMsMax, skewMsMax) } as const
}
/** Kills the function that makes the call. */
function killCaller(random: Random) {
  return { do: 'kill', what: 'function', moment: pick(random, moments) } as const
}
function kill(random: Random) {
  return { ...killCaller(random), ms: integerBetween(random, 1, 60) } as const
}
