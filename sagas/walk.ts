import type { State, StateMachine } from './asl.ts'

/** One path through a machine: the states it enters, in order, and how it ends. */
export interface Path {
  states: readonly string[]
  /** How many failures were caught. */
  failures: number
  /** `waiting`: the execution waits without a timeout. What follows is another path. */
  end: 'done' | 'failed' | 'waiting'
}

/**
 * Every path through a compiled machine on which no failure and no decision occurs twice. A resolved pivot stays resolved, so longer paths
 * can't happen. A wait without a timeout ends a path; an execution that goes on after it is on another one.
 */
export function pathsThrough({ StartAt, States }: StateMachine): Path[] {
  const paths: Path[] = []
  const go = (name: string, states: readonly string[], taken: ReadonlySet<string>, failures: number): void => {
    const state = States[name]
    if (!state) throw new Error(`there is no state "${name}"`)
    const entered = [...states, name]
    const end = endOf(state)
    if (end) paths.push({ states: entered, failures, end })
    else if (state.Type === 'Task' && state.Next) go(state.Next, entered, taken, failures)
    if (end && end !== 'done') return
    const isFailure = state.Type === 'Task' ? 1 : 0
    for (const exit of new Set(decisionsOf(state))) {
      const decision = `${name} → ${exit}`
      if (!taken.has(decision)) go(exit, entered, new Set([...taken, decision]), failures + isFailure)
    }
  }
  go(StartAt, [], new Set(), 0)
  return paths
}

/** The path on which nothing fails. */
export function successPath(machine: StateMachine): Path {
  const path = pathsThrough(machine).find(({ failures, end }) => failures === 0 && end === 'done')
  if (!path) throw new Error(`${machine.Comment}: no path leads to its end`)
  return path
}

/** Whether a state waits on a task token without a timeout: for an operator, or for the release of a hold. */
export function waitsWithoutTimeout(state: State): boolean {
  return state.Type === 'Task' && state.Resource.endsWith('.waitForTaskToken') && state.TimeoutSeconds === undefined
}

/** How often a state's task is called at most, with every retry used. */
export function triesMax(state: State): number {
  return state.Type === 'Task' ? state.Retry.reduce((total, { MaxAttempts }) => total + MaxAttempts, 1) : 0
}

function endOf(state: State): Path['end'] | undefined {
  if (waitsWithoutTimeout(state)) return 'waiting'
  if (state.Type === 'Fail') return 'failed'
  return state.Type === 'Succeed' || (state.Type === 'Task' && state.End) ? 'done' : undefined
}

function decisionsOf(state: State): string[] {
  if (state.Type === 'Task') return state.Catch.map(({ Next }) => Next)
  return state.Type === 'Choice' ? [...state.Choices.map(({ Next }) => Next), state.Default] : []
}
