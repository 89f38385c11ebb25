import type { Saga, SagaStep } from './saga.ts'

/** How steps become states: `phases` runs neighbours in one task, `steps` gives each a state of its own. */
export const shapes = ['phases', 'steps'] as const
export type Shape = (typeof shapes)[number]

/** Steps that one task runs, one after the other; then it opens the wait of the step that `awaits` names, which comes next. */
export interface Phase {
  steps: readonly SagaStep[]
  awaits?: SagaStep
}

/**
 * Steps that need no wait between them form one phase. Fences make that safe: a task that failed half way is run again and finds
 * what it did, and whether a phase got past the pivot is asked of the pivot's fence, not of the state that failed.
 */
export function phasesOf({ steps }: Saga, shape: Shape): Phase[] {
  const phases: Phase[] = []
  let open: SagaStep[] = []
  for (const step of steps) {
    if (shape === 'steps' && open.length > 0) {
      phases.push({ steps: open })
      open = []
    }
    if (step.callback) {
      phases.push({ steps: open, awaits: step })
      open = []
    }
    open.push(step)
  }
  return open.length > 0 ? [...phases, { steps: open }] : phases
}

export function pivotOf({ name, steps }: Saga): SagaStep {
  const pivot = steps.find(({ kind }) => kind === 'pivot')
  if (!pivot) throw new Error(`${name} has no pivot`)
  return pivot
}

/** What is undone, in the order in which it is undone. */
export function undoOrder({ steps }: Saga): SagaStep[] {
  return steps.filter(({ kind }) => kind === 'compensatable').toReversed()
}

/** A phase as a state is called: all its steps, or the first and last when that would be too long. */
export function phaseName({ steps, awaits }: Phase): string {
  const names = [...steps.map(({ name }) => name), ...(awaits ? [`wait for ${awaits.name}`] : [])]
  const all = names.join(', ')
  return all.length <= stateNameLengthMax ? all : `${names[0]} to ${names.at(-1)}`
}

/** Step Functions quota; also room for "go forward from " before a name. */
const stateNameLengthMax = 80 - 'go forward from '.length
