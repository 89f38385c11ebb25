import type { Saga, SagaStep } from './saga.ts'

/** How steps become states: `phases` runs neighbouring steps in one task, `steps` makes one state per step. */
export const shapes = ['phases', 'steps'] as const
export type Shape = (typeof shapes)[number]

/** Steps that one task runs in order. Then the task opens the wait of `awaits`, the step that comes next. */
export interface Phase {
  steps: readonly SagaStep[]
  awaits?: SagaStep
}

/**
 * Groups steps with no wait between them into one phase. Fences make that safe: a task that failed half way runs again and finds what it
 * did, and the pivot's fence, not the failed state, tells whether the phase got past the pivot.
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

/** The step whose outside call can be held, if the saga has one. */
export function heldStepOf({ steps }: Saga): SagaStep | undefined {
  return steps.find(({ dependency }) => dependency !== undefined)
}

/** The compensatable steps, in the order in which they are undone. */
export function undoOrder({ steps }: Saga): SagaStep[] {
  return steps.filter(({ kind }) => kind === 'compensatable').toReversed()
}

/** The name of a phase's state: all its steps, or the first and last when that is too long. */
export function phaseName({ steps, awaits }: Phase): string {
  const names = [...steps.map(({ name }) => name), ...(awaits ? [`wait for ${awaits.name}`] : [])]
  const all = names.join(', ')
  return all.length <= stateNameLengthMax ? all : `${names[0]} to ${names.at(-1)}`
}

/** Precedes the pivot's name in the state that completes a saga whose pivot is committed. */
export const completePrefix = 'complete from '

/** Step Functions quota, less the prefix. */
const stateNameLengthMax = 80 - completePrefix.length
