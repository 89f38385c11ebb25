import { hasEnded, type SagaMove, turnOf } from '../tables/sagas.ts'
import { doStep } from './do-step.ts'
import { openWait } from './open-wait.ts'
import { pivotOf, undoOrder } from './phases.ts'
import { type SagaDeps, SagaRun } from './run.ts'
import type { Saga, SagaStep } from './saga.ts'
import { StepError, superseded } from './step-errors.ts'
import { Task, type TaskAnswer } from './task.ts'
import { isClosed, undoStep } from './undo-step.ts'

/** What is worth telling the people who run this. */
export interface TaskEvents {
  parked?(facts: { tenant: string; sagaId: string; parkingId: string; reason: string; correlationId: string }): void
}

/**
 * Carries out the tasks of a compiled saga. Each may be run again, at any time and beside another copy of itself: fences and the
 * saga's row decide what still has an effect. Throws errors by whose names the machine retries and catches
 * ({@link ./step-errors.ts}), and `ZodError` on what is no task.
 */
export function taskRunner<Tools>(
  saga: Saga<Tools>,
  deps: SagaDeps<Tools>,
  events: TaskEvents = {},
): (task: unknown, deadlineMs?: number) => Promise<TaskAnswer> {
  return async (input, deadlineMs = deps.runtime.now() + taskMsMax) => {
    const task = Task.parse(input)
    const { tenant, sagaId: id, generation } = task
    const run = await SagaRun.open(saga, deps, { tenant, id, generation, turn: turnOfTask(task) }, deadlineMs)
    switch (task.action) {
      case 'do':
        return goForward(run, task)
      case 'settle':
        return settle(run, task)
      case 'undo':
        return goBack(run, task.undo)
      case 'park':
        return park(run, task, events)
      default:
        return task satisfies never
    }
  }
}

function turnOfTask(task: Task): string | undefined {
  if (task.enteredAt === undefined) return undefined
  return task.action === 'park' ? turnOf(task.enteredAt, task.attempt) : turnOf(task.enteredAt)
}

/** For who names no time: within the shortest time that a function of ours is given. */
const taskMsMax = 15_000

async function goForward(run: SagaRun, { steps: names, awaits, token, attempt = 0 }: DoTask): Promise<TaskAnswer> {
  const steps = namedSteps(run, names)
  const [awaited] = awaits === undefined ? [] : namedSteps(run, [awaits])
  if (steps.some((step) => run.fence(step).state !== 'done') && !hasEnded(run.record))
    await run.move(run.beginning({ action: 'do', steps: names }))
  for (const step of steps) await doStep(run, step)
  if (awaited && token !== undefined) await openWait(run, awaited, { token, attempt })
  return { way: 'forward' }
}

type DoTask = Task & { action: 'do' }

/**
 * The pivot's fence decides: `done` or `intent` is past the point of no return; absence becomes a tombstone, so that a pivot that
 * is still on its way comes too late. Nothing is undone before that.
 */
async function settle(run: SagaRun, { undo, error }: Task & { action: 'settle' }): Promise<TaskAnswer> {
  const pivot = pivotOf(run.definition)
  const begun = (): SagaMove => {
    const beginning = run.beginning({ action: 'undo', steps: undo }, error.Error)
    const reason = run.record.reason ?? reasonFor(beginning.attempt ?? run.record.timeline.at(-1), error.Error)
    return { ...beginning, reason }
  }
  await run.settle(pivot, async ({ state }) =>
    state === 'absent' ? { to: { state: 'tombstone' }, saga: begun() } : 'over',
  )
  if (run.fence(pivot).state !== 'tombstone') return { way: 'forward' }
  if (run.record.reason === undefined && !hasEnded(run.record)) await run.move(begun())
  return goBack(run, undo)
}

async function goBack(run: SagaRun, names: string[]): Promise<TaskAnswer> {
  if (run.fence(pivotOf(run.definition)).state !== 'tombstone')
    throw new Error('nothing is undone before the pivot is closed')
  const steps = namedSteps(run, names)
  if (!run.hasBegun && steps.some((step) => !isClosed(run.fence(step))) && !hasEnded(run.record))
    await run.move(run.beginning({ action: 'undo', steps: names }))
  for (const step of steps) await undoStep(run, step)
  const isUndone = undoOrder(run.definition).every((step) => isClosed(run.fence(step)))
  if (isUndone && !hasEnded(run.record)) await run.move({ state: 'compensated', endedAt: run.now(), task: 'over' })
  return { way: 'back' }
}

/** Leaves the saga to a person. Each parking has an id of its own, so that a resume of an earlier one does nothing. */
async function park(
  run: SagaRun,
  { way, error, token }: Task & { action: 'park' },
  { parked }: TaskEvents,
): Promise<TaskAnswer> {
  if (hasEnded(run.record)) throw new StepError(superseded, 'the saga has ended')
  const lost = run.lost(error.Error)
  const reason = reasonFor(lost ?? run.record.timeline.at(-1), error.Error)
  const parking = { id: run.deps.runtime.newId(), way, reason, since: run.now(), token }
  await run.move({ state: 'parked', parking, task: 'over', ...(lost && { attempt: lost }) })
  const { tenant, id: sagaId } = run.ref
  parked?.({ tenant, sagaId, parkingId: parking.id, reason, correlationId: run.record.correlationId })
  return { way }
}

/** What the last attempt came to; what stopped the execution, when there was none. */
function reasonFor(
  attempt: { step: string; error?: { name: string; message?: string | undefined } | undefined } | undefined,
  stoppedBy: string,
): string {
  if (!attempt?.error) return stoppedBy
  return attempt.error.message ?? `${attempt.step}: ${attempt.error.name}`
}

function namedSteps({ definition }: SagaRun, names: string[]): SagaStep[] {
  return names.map((name) => {
    const step = definition.steps.find((each) => each.name === name)
    if (!step) throw new Error(`${definition.name} has no step "${name}"`)
    return step
  })
}
