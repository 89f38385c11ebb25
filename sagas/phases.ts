import type { Saga, SagaStep } from './saga.ts'

/** How steps become states: `phases` runs neighbours in one task, `steps` gives each a state of its own. */
export const shapes = ['phases', 'steps'] as const
export type Shape = (typeof shapes)[number]

/** Steps that one task runs, one after the other. */
export type Phase = readonly [SagaStep, ...SagaStep[]]

/**
 * Steps that need no wait between them form one phase. Fences make that safe: a task that failed half way is run again and finds
 * what it did, and whether a phase got past the pivot is asked of the pivot's fence, not of the state that failed.
 */
export function phasesOf({ steps }: Saga, shape: Shape): Phase[] {
  if (shape === 'steps') return steps.map((step): Phase => [step])
  const [first, ...others] = steps
  return first ? [[first, ...others]] : []
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
export function phaseName(phase: Phase): string {
  const all = phase.map(({ name }) => name).join(', ')
  return all.length <= stateNameLengthMax ? all : `${phase[0].name} to ${phase.at(-1)?.name}`
}

/** Step Functions quota; also room for "go forward from " before a name. */
const stateNameLengthMax = 80 - 'go forward from '.length
