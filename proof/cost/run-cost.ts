import { memoryMb } from '../../infra/limits.ts'
import type { State, StateMachine } from '../../sagas/asl.ts'
import { goodPath, isParking, type Path, pathsThrough, triesMax } from '../../sagas/walk.ts'
import { assumed, prices } from './prices.ts'

/** What one run of a saga is billed for. */
export interface RunCost {
  /** The states entered, in order. */
  states: readonly string[]
  /** State transitions as AWS bills them: each state entered, each retry. */
  transitions: number
  invocations: number
  /** US dollars for a million such runs, by service. */
  perMillionRuns: { stepFunctions: number; lambda: number; total: number }
}

export interface SagaCosts {
  good: RunCost
  /** Undone from as far as it gets: the last task before the way back fails once, for good. */
  undone: RunCost
  /** The most that a run can come to before it ends or a person is asked: every retry of every state on the way is used. */
  longest: RunCost
}

export function costsOf(machine: StateMachine): SagaCosts {
  const once = (path: Path) => costOf(machine, path, () => 1)
  const everyRetry = (path: Path) => costOf(machine, path, triesOf)
  const paths = pathsThrough(machine)
  const undone = paths.filter(({ failures, states }) => failures === 1 && states.at(-1) === 'compensated').map(once)
  const failing = paths.filter(({ failures }) => failures > 0).map(everyRetry)
  return { good: once(goodPath(machine)), undone: dearest(undone), longest: dearest(failing) }
}

function costOf({ States }: StateMachine, { states }: Path, tries: (state: State) => number): RunCost {
  const cost = { transitions: 0, invocations: 0, milliseconds: 0 }
  for (const name of states) {
    const state = States[name]
    if (state?.Type !== 'Task') {
      cost.transitions += 1
      continue
    }
    const times = tries(state)
    cost.transitions += times
    cost.invocations += times
    cost.milliseconds += times * (assumed.msPerInvocation + stepsOf(state.Parameters) * assumed.msPerStep)
  }
  const { transitions, invocations, milliseconds } = cost
  const gigabyteSeconds = (milliseconds / 1_000) * (memoryMb / 1_024)
  const stepFunctions = transitions * prices.perTransition * 1e6
  const lambda = (invocations * prices.perInvocation + gigabyteSeconds * prices.perGigabyteSecond) * 1e6
  return { states, transitions, invocations, perMillionRuns: { stepFunctions, lambda, total: stepFunctions + lambda } }
}

/** Parking is tried again only while our own table is down: no part of a saga's own price. */
function triesOf(state: State): number {
  return isParking(state) ? 1 : triesMax(state)
}

/** How many steps a task runs; where it waits for a token, what it is given lies one level deeper. */
function stepsOf(parameters: Record<string, unknown>): number {
  const { Payload = parameters } = parameters as { Payload?: Record<string, unknown> }
  const { steps = [], undo = [] } = Payload
  return [steps, undo].flat().length
}

function dearest(runs: RunCost[]): RunCost {
  const [first] = runs.toSorted((a, b) => b.perMillionRuns.total - a.perMillionRuns.total)
  if (!first) throw new Error('no run of this saga can fail')
  return first
}
