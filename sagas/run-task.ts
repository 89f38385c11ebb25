import { turnOf } from '../tables/saga-turns.ts'
import { hasEnded } from '../tables/sagas.ts'
import { awaitRelease } from './await-release.ts'
import { isClosed } from './decide-undo.ts'
import { doStep } from './do-step.ts'
import { openWait } from './open-wait.ts'
import { parkSaga } from './park-saga.ts'
import { pivotOf, undoOrder } from './phases.ts'
import { resolvePivot } from './resolve-pivot.ts'
import type { Saga, SagaStep } from './saga.ts'
import { type SagaDeps, SagaRun } from './saga-run.ts'
import { Task, type TaskResult } from './task.ts'
import { factsOf, stepsOf, type TaskEvents } from './task-events.ts'
import { beginTask, wasHeld } from './task-timeline.ts'
import { undoStep } from './undo-step.ts'

/**
 * Runs the tasks of a compiled saga. Each may run again, at any time and beside another copy of itself: fences and the saga's row decide
 * what still takes effect. Throws errors by whose names the state machine retries and catches ({@link ./step-errors.ts}), and `ZodError`
 * on a payload that is not a task.
 */
export function taskRunner<Tools>(
  saga: Saga<Tools>,
  deps: SagaDeps<Tools>,
  events: TaskEvents = {},
): (payload: unknown, deadlineMs?: number) => Promise<TaskResult> {
  return async (payload, deadlineMs = deps.runtime.now() + taskMsMax) => {
    const task = Task.parse(payload)
    const { tenant, sagaId: id, generation } = task
    const run = await SagaRun.load(saga, deps, { tenant, id, generation, turn: turnOfTask(task) }, deadlineMs)
    const wasCompensated = run.record.state === 'compensated'
    try {
      return await perform(run, task, events)
    } finally {
      const { state, reason } = run.record
      events.ran?.({ ...factsOf(run), generation, action: task.action, steps: stepsOf(task), state })
      if (state === 'compensated' && !wasCompensated) events.compensated?.({ ...factsOf(run), reason })
    }
  }
}

async function perform(run: SagaRun, task: Task, events: TaskEvents): Promise<TaskResult> {
  switch (task.action) {
    case 'do':
      return doSteps(run, task)
    case 'resolve-pivot': {
      const direction = await resolvePivot(run, task)
      if (direction === 'compensate') await undoSteps(run, task.undo)
      return { direction }
    }
    case 'undo':
      await beginUndo(run, task.undo)
      await undoSteps(run, task.undo)
      return { direction: 'compensate' }
    case 'park':
      // Where an engine loses the names of errors, this state is where a held step leads after the pivot's intent. Its token will do.
      return task.direction === 'forward' && wasHeld(run, task.error)
        ? awaitRelease(run, task, events)
        : parkSaga(run, task, events)
    case 'await-release':
      return awaitRelease(run, task, events)
    default:
      return task satisfies never
  }
}

/** Holds for callers that name no deadline. Shorter than the shortest timeout of a saga's function. */
const taskMsMax = 15_000

async function doSteps(
  run: SagaRun,
  { steps: names, awaits, token, attempt = 0, enteredAt }: Task & { action: 'do' },
): Promise<TaskResult> {
  const steps = stepsNamed(run, names)
  const [awaited] = awaits === undefined ? [] : stepsNamed(run, [awaits])
  if (steps.some((step) => run.fence(step).state !== 'done') && !hasEnded(run.record))
    await run.update(beginTask(run, { action: 'do', steps: names }))
  for (const step of steps) await doStep(run, step)
  if (awaited && token !== undefined) await openWait(run, awaited, { token, attempt, enteredAt })
  return { direction: 'forward' }
}

async function beginUndo(run: SagaRun, names: string[]): Promise<void> {
  if (run.fence(pivotOf(run.definition)).state !== 'tombstone')
    throw new Error('no step may be undone before the pivot has its tombstone')
  if (stepsNamed(run, names).some((step) => !isClosed(run.fence(step))) && !hasEnded(run.record))
    await run.update(beginTask(run, { action: 'undo', steps: names }))
}

async function undoSteps(run: SagaRun, names: string[]): Promise<void> {
  for (const step of stepsNamed(run, names)) await undoStep(run, step)
  const isUndone = undoOrder(run.definition).every((step) => isClosed(run.fence(step)))
  // Where there was nothing left to undo, no undo has ended the saga.
  if (isUndone && !hasEnded(run.record)) await run.update({ state: 'compensated', endedAt: run.now(), task: 'ended' })
}

function turnOfTask(task: Task): string | undefined {
  if (task.enteredAt === undefined) return undefined
  return task.action === 'park' || task.action === 'await-release'
    ? turnOf(task.enteredAt, task.attempt)
    : turnOf(task.enteredAt)
}

function stepsNamed({ definition }: SagaRun, names: string[]): SagaStep[] {
  return names.map((name) => {
    const step = definition.steps.find((each) => each.name === name)
    if (!step) throw new Error(`${definition.name} has no step "${name}"`)
    return step
  })
}
