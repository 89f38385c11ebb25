import type { TaskState } from './definition-schema.ts'
import { dataLimitExceeded, StateFailure } from './failure.ts'
import type { Frame } from './frame.ts'
import { eventData } from './history.ts'
import { isTooLarge, type Json, type JsonObject } from './json.ts'
import { attempt, complete, fail } from './progress.ts'
import { resourceNames } from './resources.ts'
import type { Run } from './run.ts'
import type { TaskResult } from './task-call.ts'
import { resourceOf, taskDueMs } from './task-start.ts'

/** The call of a task has ended: with its result, or, for a task with a token, with the token handed over. */
export function taskAnswered(run: Run, frame: Frame, result: TaskResult): void {
  const state = run.stateOf(frame) as TaskState
  const resource = resourceOf(state)
  if (result.status === 'failed') taskFailed(run, frame, result.error, result.cause)
  else if (!resource.callback) taskSucceeded(run, frame, result.output)
  else {
    attempt(run, frame, () => {
      run.emitNext(frame, 'TaskSubmitted', { ...resourceNames(resource), ...eventData('output', result.output) })
      run.move(frame, 'callback', frame.body.task ? taskDueMs(frame.body.task) : null)
    })
  }
}

export function taskSucceeded(run: Run, frame: Frame, output: Json): void {
  if (isTooLarge(output)) {
    const { error = '', reason = '' } = dataLimitExceeded(sizeName(run, frame), { terminal: false })
    taskFailed(run, frame, error, reason)
    return
  }
  attempt(run, frame, () => {
    run.inspection?.note('result', output)
    emitEnd(run, frame, 'Succeeded', eventData('output', output))
    complete(run, frame, output)
  })
}

export function taskFailed(run: Run, frame: Frame, error: string | undefined, cause: string | undefined): void {
  attempt(run, frame, () => {
    emitEnd(run, frame, 'Failed', { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) })
    fail(run, frame, new StateFailure(error, cause, { blank: null }))
  })
}

/**
 * AWS tells a missed heartbeat as `States.Timeout` too, as LocalStack recorded in `test_heartbeats.snapshot.json`, but Retry and Catch may
 * ask for it by its own name (AWS, "Handling errors in Step Functions workflows").
 */
export function taskTimedOut(run: Run, frame: Frame): void {
  const heartbeatAtMs = frame.body.task?.heartbeatAtMs ?? Number.POSITIVE_INFINITY
  const aliases = heartbeatAtMs <= run.now ? ['States.HeartbeatTimeout'] : []
  attempt(run, frame, () => {
    emitEnd(run, frame, 'TimedOut', { error: 'States.Timeout' })
    fail(run, frame, new StateFailure('States.Timeout', undefined, { aliases }))
  })
}

function emitEnd(run: Run, frame: Frame, how: 'Succeeded' | 'Failed' | 'TimedOut', details: JsonObject): void {
  const resource = resourceOf(run.stateOf(frame) as TaskState)
  if (resource.kind === 'function') run.emitNext(frame, `LambdaFunction${how}`, details)
  else run.emitNext(frame, `Task${how}`, { ...resourceNames(resource), ...details })
}

/** What AWS calls the task in the message about its size (recorded). */
function sizeName(run: Run, frame: Frame): string {
  const resource = resourceOf(run.stateOf(frame) as TaskState)
  return resource.kind === 'function' ? resource.arn : resourceNames(resource).resourceType
}
