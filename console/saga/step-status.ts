import type { Action, Attempt, SagaRun } from '../wire-saga.ts'

/** Where the do or the undo of a step stands. */
export interface StepStatus {
  is:
    | 'not-yet'
    | 'not-needed'
    | 'running'
    | 'waiting'
    | 'held'
    | 'done'
    | 'skipped'
    | 'failing'
    | 'parked'
    | 'failed'
    | 'refused'
    | 'given-up'
    | 'undone'
    | 'closed'
  attempts: number
}

/** `active`: it is being worked on. `held-up`: it will be tried again. `problem`: it needs somebody, or went wrong for good. */
export type Tone = 'plain' | 'active' | 'done' | 'held-up' | 'problem' | 'undone'

export const toneOf: Record<StepStatus['is'], Tone> = {
  'not-yet': 'plain',
  'not-needed': 'plain',
  running: 'active',
  waiting: 'active',
  held: 'held-up',
  done: 'done',
  skipped: 'done',
  failing: 'held-up',
  parked: 'problem',
  failed: 'problem',
  refused: 'problem',
  'given-up': 'problem',
  undone: 'undone',
  closed: 'undone',
}

/** Where a step stands. What is stored in its fence decides; the attempts say the rest. */
export function stepStatus(run: SagaRun, step: string, action: Action): StepStatus {
  const own = run.saga.steps.filter((attempt) => attempt.step === step && attempt.action === action)
  return { is: isAt(run, step, action, own.at(-1)), attempts: own.length }
}

function isAt(run: SagaRun, step: string, action: Action, last: Attempt | undefined): StepStatus['is'] {
  const { saga, stored } = run
  if (isRunning(run, step, action)) return 'running'
  if (saga.state === 'parked' && step === parkedAt(run)?.step && action === parkedAt(run)?.action) return 'parked'
  if (action === 'do' && step === heldAt(run)) return 'held'
  const fence = stored?.fences[step]
  // The end of an attempt may have been lost after its effect, so the fence comes first.
  const isSettled = action === 'do' ? fence === 'done' : fence === 'undone' || fence === 'tombstone'
  const outcome = last?.outcome
  if (outcome !== undefined && !(isSettled && isFailure(outcome))) {
    if (isFailure(outcome)) return saga.state === 'running' && last === saga.steps.at(-1) ? 'failing' : 'failed'
    return outcome === 'nothing-to-undo' ? 'closed' : outcome
  }
  if (action === 'do') return isSettled ? 'done' : 'not-yet'
  if (isSettled) return fence === 'undone' ? 'undone' : 'closed'
  return saga.state === 'completed' ? 'not-needed' : 'not-yet'
}

type Failure = 'failed' | 'lost'

const isFailure = (outcome: Attempt['outcome']): outcome is Failure => outcome === 'failed' || outcome === 'lost'

/** Whether a step is the first of the running task that is not settled. */
function isRunning({ saga, stored }: SagaRun, step: string, action: Action): boolean {
  const { task, fences = {} } = stored ?? {}
  if (saga.state !== 'running' || task?.action !== action) return false
  const settled = action === 'do' ? ['done'] : ['undone', 'tombstone']
  return task.steps.find((each) => !settled.includes(fences[each] ?? 'absent')) === step
}

/** The attempt after which a saga was parked. */
export function parkedAt({ saga }: SagaRun): Attempt | undefined {
  return saga.state === 'parked' ? saga.steps.at(-1) : undefined
}

/** The step that waits for a release: the first that is not done. */
function heldAt({ saga, definition }: SagaRun): string | undefined {
  if (saga.heldFor === undefined) return undefined
  const isDone = (name: string) =>
    saga.steps.some(({ step, action, outcome }) => step === name && action === 'do' && /^(done|skipped)$/.test(outcome))
  return definition?.steps.find(({ name }) => !isDone(name))?.name
}

/** Whether it goes back: undoes, or has undone. */
export function isCompensating({ saga, stored }: SagaRun): boolean {
  return (
    saga.state === 'compensated' ||
    stored?.parking?.direction === 'compensate' ||
    stored?.task?.action === 'undo' ||
    saga.steps.some(({ action }) => action === 'undo')
  )
}

/** The status in words, such as `failed 3 times`. */
export function statusWords({ is, attempts }: StepStatus): string {
  const again = attempts > 1 ? `, attempt ${attempts}` : ''
  switch (is) {
    case 'not-yet':
    case 'not-needed':
      return ''
    case 'running':
      return attempts > 0 ? `attempt ${attempts + 1} runs` : 'runs'
    case 'held':
      return 'held'
    case 'waiting':
      return 'waits for a callback'
    case 'failing':
    case 'failed':
      return attempts > 1 ? `failed ${attempts} times` : 'failed'
    case 'parked':
      return attempts > 1 ? `parked after ${attempts}` : 'parked'
    case 'given-up':
      return `given up${again}`
    case 'closed':
      return 'closed: nothing to undo'
    case 'done':
    case 'skipped':
    case 'refused':
    case 'undone':
      return `${is}${again}`
    default:
      return is satisfies never
  }
}
