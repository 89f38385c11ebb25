import { childFailed, type FinishState, finishChild, itemEnded, startChildren } from './children.ts'
import { holds } from './choice-rules.ts'
import { assign, at, checkSize, effectiveInput, placeResult, selectInput, settle, through } from './data-flow.ts'
import type { State } from './definition.ts'
import type { ChoiceState, FailState, WaitState } from './definition-schema.ts'
import { evaluate, named, parseExpression } from './expression.ts'
import { runtimeFailure, StateFailure } from './failure.ts'
import type { Frame } from './frame.ts'
import { eventData } from './history.ts'
import type { Json, JsonObject } from './json.ts'
import { chooseCatch, chooseRetry } from './retry.ts'
import { HistoryFull, type Run } from './run.ts'
import { startTask } from './task-start.ts'
import { instantOf } from './timestamps.ts'

/** Moves a frame that can move: enters its state or runs it once more. */
export function step(run: Run, frame: Frame): void {
  attempt(run, frame, () => {
    run.execution.transitions++
    if (frame.phase === 'ready') enter(run, frame)
    execute(run, frame)
  })
}

/** Runs a piece of a state's work; what it throws becomes the state's failure. */
export function attempt(run: Run, frame: Frame, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (error instanceof StateFailure) fail(run, frame, error)
    else if (error instanceof HistoryFull) {
      const cause = `The execution reached the maximum number of history events (25000).`
      run.end('FAILED', frame.body.lastEvent, { error: 'States.Runtime', cause })
    } else throw error
  }
}

const finishState: FinishState = (run, frame, outputs) => attempt(run, frame, () => complete(run, frame, outputs))

/** The execution of a distributed Map's item has ended, well if it has an output. */
export function itemDone(run: Run, item: Frame, ended: { output?: Json }): void {
  attempt(run, item, () =>
    itemEnded(run, item, ended, { finish: finishState, fail: (frame, failure) => fail(run, frame, failure) }),
  )
}

/** The state has its result: hands it on. Called for every state that does not choose its own way out. */
export function complete(run: Run, frame: Frame, result: Json): void {
  const state = run.stateOf(frame)
  const { output, assigned } = settle(state, result, run.scope(frame, frame.body.input))
  leave(run, frame, { output, assigned, next: 'Next' in state ? state.Next : undefined })
}

/** A Wait state's time has come. */
export function waited(run: Run, frame: Frame): void {
  const state = run.stateOf(frame) as WaitState
  const scope = run.scope(frame, frame.body.input)
  const input = selectInput(state.InputPath, scope)
  const assigned = assign(state.Assign, { ...scope, input })
  leave(run, frame, { output: through(state.OutputPath, { ...scope, input }), assigned, next: state.Next })
}

/** The state failed: retries it, catches the failure, or passes it on to the state around it, at last to the execution. */
export function fail(run: Run, frame: Frame, failure: StateFailure): void {
  const state = run.stateOf(frame)
  const locatedFailure = located(failure, frame)
  run.inspection?.noteFailure(locatedFailure.error, locatedFailure.reason)
  if (!locatedFailure.terminal) {
    if (locatedFailure.error === 'States.QueryEvaluationError') tellEvaluationFailed(run, frame, locatedFailure)
    if (retried(run, frame, state, locatedFailure)) return
    if (state.Type === 'Map' || state.Type === 'Parallel') run.emitNext(frame, `${state.Type}StateFailed`)
    if (caught(run, frame, state, locatedFailure)) return
    if (frame.parent !== null) {
      childFailed(run, frame, (parent) => fail(run, parent, locatedFailure))
      return
    }
  }
  run.end('FAILED', frame.body.lastEvent, { error: locatedFailure.error, cause: locatedFailure.reason })
}

function enter(run: Run, frame: Frame): void {
  const { body } = frame
  const details = { name: body.state, ...eventData('input', body.input) }
  body.cameFrom = body.lastEvent
  run.emitNext(frame, `${run.stateOf(frame).Type}StateEntered`, details)
  body.enteredEvent = body.lastEvent
  body.enteredMs = run.now
  body.retries = []
}

function execute(run: Run, frame: Frame): void {
  const state = run.stateOf(frame)
  const scope = run.scope(frame, frame.body.input)
  switch (state.Type) {
    case 'Pass': {
      const input = effectiveInput(state, scope)
      complete(run, frame, state.Result ?? (state.Result === null ? null : input))
      return
    }
    case 'Succeed':
      leave(run, frame, {
        output: through(state.OutputPath, { ...scope, input: selectInput(state.InputPath, scope) }),
        assigned: {},
        next: undefined,
      })
      return
    case 'Choice':
      choose(run, frame, state)
      return
    case 'Wait': {
      const untilMs = waitUntilMs(run, frame, state)
      if (untilMs <= run.now) waited(run, frame)
      else run.move(frame, 'waiting', untilMs)
      return
    }
    case 'Fail':
      giveUp(run, frame, state)
      return
    case 'Task':
      startTask(run, frame, state)
      return
    case 'Parallel':
    case 'Map':
      startChildren(run, frame, state, finishState)
  }
}

function leave(
  run: Run,
  frame: Frame,
  { output, assigned, next }: { output: Json; assigned: JsonObject; next: string | undefined },
): void {
  const { body } = frame
  checkSize(body.state, output)
  run.emitNext(frame, `${run.stateOf(frame).Type}StateExited`, {
    name: body.state,
    ...eventData('output', output),
    ...assignedEventData(assigned),
  })
  body.variables = { ...body.variables, ...assigned }
  run.inspection?.noteLeft({ output, next, variables: body.variables })
  delete body.task
  delete body.children
  if (next !== undefined) {
    body.state = next
    body.input = output
    run.move(frame, 'ready')
  } else if (frame.parent === null) run.end('SUCCEEDED', body.lastEvent, { output })
  else {
    body.output = output
    run.move(frame, 'done')
    finishChild(run, frame, finishState)
  }
}

function retried(run: Run, frame: Frame, state: State, failure: StateFailure): boolean {
  const retry =
    'Retry' in state ? chooseRetry(state.Retry ?? [], failure, frame.body.retries, () => run.random()) : undefined
  if (!retry) return false
  frame.body.retries = Array.from(
    { length: Math.max(frame.body.retries.length, retry.index + 1) },
    (_, index) => (frame.body.retries[index] ?? 0) + (index === retry.index ? 1 : 0),
  )
  run.inspection?.noteRetry(retry.index, retry.delayMs)
  run.frames.removeBelow(frame.id)
  run.move(frame, 'retrying', run.now + retry.delayMs)
  return true
}

function caught(run: Run, frame: Frame, state: State, failure: StateFailure): boolean {
  const catcher = 'Catch' in state ? chooseCatch(state.Catch ?? [], failure) : undefined
  if (!catcher) return false
  run.inspection?.noteCatch((state as { Catch?: unknown[] }).Catch?.indexOf(catcher) ?? 0)
  run.frames.removeBelow(frame.id)
  const errorOutput = { Error: failure.error ?? failure.blank, Cause: failure.reason ?? failure.blank }
  try {
    const output = placeResult(catcher.ResultPath, frame.body.input, errorOutput)
    const assigned = assign(catcher.Assign, run.scope(frame, errorOutput))
    leave(run, frame, { output, assigned, next: catcher.Next })
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error
    // A catcher that fails must not be caught by itself.
    const { error: name, reason, located } = error
    fail(run, frame, new StateFailure(name, reason, { terminal: true, located }))
  }
  return true
}

function choose(run: Run, frame: Frame, state: ChoiceState): void {
  const scope = run.scope(frame, frame.body.input)
  const input = selectInput(state.InputPath, scope)
  const rule = state.Choices.find((choice) => holds(choice, { ...scope, input }))
  const next = rule ? String(rule.Next) : state.Default
  if (next === undefined) {
    throw new StateFailure('States.NoChoiceMatched', 'No choice rule matched and there is no Default.', {
      located: true,
    })
  }
  const assigned = assign(rule ? (rule.Assign as JsonObject | undefined) : state.Assign, { ...scope, input })
  leave(run, frame, { output: through(state.OutputPath, { ...scope, input }), assigned, next })
}

function giveUp(run: Run, frame: Frame, state: FailState): void {
  const scope = run.scope(frame, frame.body.input)
  const text = (field: string, source: string | undefined, fixed: string | undefined) => {
    if (source === undefined) return fixed
    const value = named(field, () => evaluate(parseExpression(source), scope), scope)
    if (typeof value !== 'string')
      throw runtimeFailure(`The value of ${field} must be a string but was: ${JSON.stringify(value)}`)
    return value
  }
  throw new StateFailure(
    text('ErrorPath', state.ErrorPath, state.Error),
    text('CausePath', state.CausePath, state.Cause),
  )
}

/** When a Wait state goes on. A time in the past means at once. */
function waitUntilMs(run: Run, frame: Frame, state: WaitState): number {
  const scope = run.scope(frame, frame.body.input)
  const selected = { ...scope, input: selectInput(state.InputPath, scope) }
  if (state.Seconds !== undefined) return run.now + state.Seconds * 1000
  if (state.Timestamp !== undefined) return instantOf(state.Timestamp) ?? run.now
  if (state.SecondsPath !== undefined)
    return run.now + waitSeconds(state.SecondsPath, () => at(state.SecondsPath ?? '', selected)) * 1000
  const value = at(state.TimestampPath ?? '', selected)
  const instant = instantOf(value)
  if (instant !== undefined) return instant
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  throw runtimeFailure(
    `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${state.TimestampPath} == ${shown}`,
  )
}

function waitSeconds(path: string, read: () => Json): number {
  let seconds: Json
  try {
    seconds = read()
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error
    throw runtimeFailure(`The SecondsPath parameter does not reference an input value: ${path}`)
  }
  if (typeof seconds !== 'number' || !Number.isInteger(seconds)) {
    throw runtimeFailure(
      `The SecondsPath parameter cannot be parsed as a long value: ${path} == ${JSON.stringify(seconds)}`,
    )
  }
  if (seconds < 0) throw runtimeFailure(`The SecondsPath parameter references a negative value: ${path} == ${seconds}`)
  if (seconds > waitSecondsMax) throw runtimeFailure('Wait state delay is too long.')
  return seconds
}

const waitSecondsMax = 99_999_999

/** Failures of the interpreter's own say where they happened, as AWS does. */
function located(failure: StateFailure, frame: Frame): StateFailure {
  if (!failure.located) return failure
  const { state, enteredEvent } = frame.body
  const reason = `An error occurred while executing the state '${state}' (entered at the event id #${enteredEvent}). ${failure.reason}`
  return new StateFailure(failure.error, reason, { terminal: failure.terminal, aliases: failure.aliases })
}

/** AWS lets this event follow what the state itself followed (recorded). */
function tellEvaluationFailed(run: Run, { body }: Frame, { error = '', reason = '' }: StateFailure): void {
  body.lastEvent = run.emit('EvaluationFailed', body.cameFrom, { error, cause: reason, state: body.state })
}

function assignedEventData(assigned: JsonObject): JsonObject {
  const entries = Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)])
  if (entries.length === 0) return {}
  return { assignedVariables: Object.fromEntries(entries), assignedVariablesDetails: { truncated: false } }
}
