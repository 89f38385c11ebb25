import type { State, StateMachine } from '../../sagas/asl.ts'
import { type Path, pathsThrough, successPath, triesMax, waitsWithoutTimeout } from '../../sagas/walk.ts'
import { assumed, priceOf } from './prices.ts'

/** What AWS bills for one run of a saga. */
export interface RunCost {
  /** The states entered, in order. */
  states: readonly string[]
  /** Billed state transitions: each state entered and each retry. */
  transitions: number
  invocations: number
  /** US dollars for a million such runs, by service. */
  perMillionRuns: { stepFunctions: number; lambda: number; total: number }
}

export interface SagaCosts {
  /** Every attempt succeeds. */
  success: RunCost
  /** The last task before the pivot commits fails permanently at its first attempt. */
  compensated: RunCost
  /** The most expensive path to an end or to parking, with every retry of every state used. */
  worstCase: RunCost
}

/** The costs of a saga whose tasks run in a function of this memory. */
export function sagaCosts(machine: StateMachine, memoryMb: number): SagaCosts {
  const withoutRetries = (path: Path) => pathCost(machine, memoryMb, path, () => 1)
  const withEveryRetry = (path: Path) => pathCost(machine, memoryMb, path, billedAttempts)
  const paths = pathsThrough(machine)
  const compensated = paths
    .filter(({ failures, states }) => failures === 1 && states.at(-1) === 'compensated')
    .map(withoutRetries)
  const failing = paths.filter(({ failures }) => failures > 0).map(withEveryRetry)
  return {
    success: withoutRetries(successPath(machine)),
    compensated: mostExpensive(compensated),
    worstCase: mostExpensive(failing),
  }
}

function pathCost(
  { States }: StateMachine,
  memoryMb: number,
  { states }: Path,
  attempts: (state: State) => number,
): RunCost {
  const cost = { transitions: 0, invocations: 0, milliseconds: 0 }
  for (const name of states) {
    const state = States[name]
    if (state?.Type !== 'Task') {
      cost.transitions += 1
      continue
    }
    const invocations = attempts(state)
    cost.transitions += invocations
    cost.invocations += invocations
    cost.milliseconds += invocations * (assumed.msPerInvocation + countSteps(state.Parameters) * assumed.msPerStep)
  }
  const { transitions, invocations, milliseconds } = cost
  const gigabyteSeconds = (milliseconds / 1_000) * (memoryMb / 1_024)
  const stepFunctions = transitions * priceOf.transition.usd * 1e6
  const lambda = (invocations * priceOf.invocation.usd + gigabyteSeconds * priceOf.armGigabyteSecond.usd) * 1e6
  return { states, transitions, invocations, perMillionRuns: { stepFunctions, lambda, total: stepFunctions + lambda } }
}

/** The begin of a wait is retried only while our own table is down, so its retries are not part of a saga's price. */
function billedAttempts(state: State): number {
  return waitsWithoutTimeout(state) ? 1 : triesMax(state)
}

/** The number of steps that a task runs. A task with a task token has its input in `Payload`. */
function countSteps(parameters: Record<string, unknown>): number {
  const { Payload = parameters } = parameters as { Payload?: Record<string, unknown> }
  const { steps = [], undo = [] } = Payload
  return [steps, undo].flat().length
}

function mostExpensive(runs: RunCost[]): RunCost {
  const [first] = runs.toSorted((a, b) => b.perMillionRuns.total - a.perMillionRuns.total)
  if (!first) throw new Error('the state machine has no path on which a task fails')
  return first
}
