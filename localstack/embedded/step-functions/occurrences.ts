import type { Execution } from './execution.ts'
import type { Frame } from './frame.ts'
import type { Json } from './json.ts'
import { attempt, itemDone, waited } from './progress.ts'
import type { Run } from './run.ts'
import type { TaskResult } from './task-call.ts'
import { taskAnswered, taskTimedOut } from './task-end.ts'
import { startClocks, taskDueMs } from './task-start.ts'

/** What happens to an execution from outside of its own steps: an answer, a time that is up, an item that ended, a restart, a redrive. */

/**
 * After a restart: frames that could move do so, and tasks whose call was in flight are called again with the same
 * input and token, their clocks started anew. AWS would see a lost worker only by its timeout; here it is known to be
 * lost. The call may have had its effect already: a task must bear being called twice, on AWS as well.
 */
export function resume(run: Run): void {
  for (const frame of run.frames.inPhases('ready', 'again', 'running')) {
    if (frame.phase !== 'running') run.ready.push(frame.id)
    else callAgain(run, frame)
  }
}

export function callAgain(run: Run, frame: Frame): void {
  restartClocks(run, frame)
  run.calls.push(frame)
}

function restartClocks(run: Run, frame: Frame): void {
  const { task } = frame.body
  if (!task) return
  startClocks(task, run.now)
  run.move(frame, 'running', taskDueMs(task))
}

export function timeUp(run: Run, id: number, isWaiting: boolean): void {
  const frame = run.frames.find(id)
  if (frame === undefined || frame.dueMs === null || frame.dueMs > run.now) return
  if (isWaiting && frame.phase === 'running') {
    restartClocks(run, frame)
    return
  }
  if (frame.phase === 'waiting') attempt(run, frame, () => waited(run, frame))
  else if (frame.phase === 'retrying') run.move(frame, 'again')
  else if (frame.phase === 'running' || frame.phase === 'callback') taskTimedOut(run, frame)
}

export function answered(run: Run, asked: Frame, result: TaskResult): void {
  const frame = isCurrent(run, asked)
  if (frame) taskAnswered(run, frame, result)
}

export function firstStep(run: Run): void {
  run.ready.push(...run.frames.inPhases('ready').map(({ id }) => id))
}

export function childEnded(run: Run, frame: number, { status, output }: Execution): void {
  const item = run.frames.find(frame)
  if (item?.phase !== 'execution') return
  itemDone(run, item, status === 'SUCCEEDED' ? { output: JSON.parse(output ?? 'null') as Json } : {})
}

/** The frame whose task is in flight, if this attempt still is: not after a timeout, a callback or a sibling's failure. */
export function isCurrent(run: Run, asked: Frame): Frame | undefined {
  const frame = run.frames.find(asked.id)
  return frame?.phase === 'running' && frame.body.attempt === asked.body.attempt ? frame : undefined
}

/** Steps that did not succeed run once more, with the same input; what is done stays done. */
export function redriveFrames(run: Run): void {
  for (const frame of run.frames.inPhases('ready', 'again', 'running', 'callback', 'waiting', 'retrying')) {
    frame.body.retries = []
    run.move(frame, frame.phase === 'ready' ? 'ready' : 'again')
  }
}
