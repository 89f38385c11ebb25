import { randomBytes } from 'node:crypto'
import { at, effectiveInput } from './data-flow.ts'
import type { TaskState } from './definition-schema.ts'
import type { Scope } from './expression.ts'
import { runtimeFailure } from './failure.ts'
import type { Frame, TaskInFlight } from './frame.ts'
import { eventData } from './history.ts'
import type { JsonObject } from './json.ts'
import { parseResource, resourceNames, type TaskResource } from './resources.ts'
import type { Run } from './run.ts'

/** Journals that a task is under way; it is called once that is committed. */
export function startTask(run: Run, frame: Frame, state: TaskState): void {
  const { body } = frame
  const resource = resourceOf(state)
  const token = resource.callback ? newToken() : undefined
  const scope = run.scope(frame, body.input, token)
  const times = taskTimes(state, scope)
  const payload = effectiveInput(state, scope)
  const task: TaskInFlight = { payload, ...(token !== undefined && { token }), ...times }
  body.task = task
  body.attempt++
  emitStart(run, frame, resource, task)
  if (token !== undefined) run.frames.keepToken(token, frame.id)
  startClocks(task, run.now)
  run.move(frame, 'running', taskDueMs(task))
  run.calls.push(frame)
}

/** The clocks of a task start when it does. */
export function startClocks(task: TaskInFlight, nowMs: number): void {
  if (task.timeoutMs !== undefined) task.timeoutAtMs = nowMs + task.timeoutMs
  // Without a token there is nobody who could send a heartbeat; AWS ignores HeartbeatSeconds of such tasks.
  if (task.heartbeatMs !== undefined && task.token !== undefined) task.heartbeatAtMs = nowMs + task.heartbeatMs
}

/** When a task's time is up, whichever clock ends first. */
export function taskDueMs({ timeoutAtMs, heartbeatAtMs }: TaskInFlight): number | null {
  const due = Math.min(timeoutAtMs ?? Number.POSITIVE_INFINITY, heartbeatAtMs ?? Number.POSITIVE_INFINITY)
  return Number.isFinite(due) ? due : null
}

export function resourceOf(state: TaskState): TaskResource {
  const resource = parseResource(state.Resource)
  if (!resource) throw new Error(`the resource ${state.Resource} was accepted but cannot be parsed`)
  return resource
}

function emitStart(run: Run, frame: Frame, resource: TaskResource, task: TaskInFlight): void {
  const times = {
    ...(task.timeoutMs !== undefined && { timeoutInSeconds: task.timeoutMs / 1000 }),
    ...(task.heartbeatMs !== undefined && { heartbeatInSeconds: task.heartbeatMs / 1000 }),
  }
  if (resource.kind === 'function') {
    run.emitNext(frame, 'LambdaFunctionScheduled', {
      resource: resource.arn,
      ...eventData('input', task.payload),
      ...times,
    })
    run.emitNext(frame, 'LambdaFunctionStarted')
    return
  }
  const names = resourceNames(resource)
  const parameters = JSON.stringify(task.payload)
  run.emitNext(frame, 'TaskScheduled', { ...names, region: 'us-east-1', parameters, ...times })
  run.emitNext(frame, 'TaskStarted', names as JsonObject)
}

function taskTimes(state: TaskState, scope: Scope): { timeoutMs?: number; heartbeatMs?: number } {
  const timeoutMs = milliseconds('TimeoutSecondsPath', state.TimeoutSeconds, state.TimeoutSecondsPath, scope)
  const heartbeatMs = milliseconds('HeartbeatSecondsPath', state.HeartbeatSeconds, state.HeartbeatSecondsPath, scope)
  return { ...(timeoutMs !== undefined && { timeoutMs }), ...(heartbeatMs !== undefined && { heartbeatMs }) }
}

function milliseconds(
  field: string,
  seconds: number | undefined,
  path: string | undefined,
  scope: Scope,
): number | undefined {
  if (path === undefined) return seconds === undefined ? undefined : seconds * 1000
  const value = at(path, scope)
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value * 1000
  throw runtimeFailure(
    `The ${field} field refers to value "${JSON.stringify(value)}" which is not a valid integer: ${path}`,
  )
}

/** An unguessable token: whoever has it may end the task. */
function newToken(): string {
  return `${tokenPrefix}${randomBytes(48).toString('base64url')}`
}

/** The shape of a token. A text of another shape is `InvalidToken`, a token unknown here `TaskDoesNotExist`. */
export const tokenPrefix = 'AQCEAAAAKgAAAAMAAAAA'
