import { at, effectiveInput } from './data-flow.ts'
import type { MapState, ParallelState } from './definition.ts'
import { endMapRun, isExceeded, startMapRun, thresholdExceeded, toleratedFailures } from './distributed-map.ts'
import { fill } from './expression.ts'
import { runtimeFailure, StateFailure } from './failure.ts'
import type { ChildCount, Frame, FrameBody } from './frame.ts'
import type { Json } from './json.ts'
import type { Run } from './run.ts'

/** Ends a state with the outputs of its branches or iterations, in their order. */
export type FinishState = (run: Run, frame: Frame, outputs: Json[]) => void

/** Starts the branches of a Parallel or the iterations of a Map, as many as MaxConcurrency allows. */
export function startChildren(run: Run, frame: Frame, state: ParallelState | MapState, finish: FinishState): void {
  const scope = run.scope(frame, frame.body.input)
  const input = effectiveInput(state, scope)
  const inputs = state.Type === 'Map' ? iterationInputs(run, frame, state, input) : state.Branches.map(() => input)
  const atOnce = state.Type === 'Map' ? maxConcurrency(run, frame, state, input) : 0
  if (state.Type === 'Map') scope.note?.('maxConcurrency', atOnce)
  const tolerated = state.Type === 'Map' ? toleratedFailures(state, run.scope(frame, input)) : {}
  for (const [what, value] of Object.entries(tolerated)) scope.note?.(what, value)
  run.emitNext(frame, `${state.Type}StateStarted`, state.Type === 'Map' ? { length: inputs.length } : undefined)
  const mapRun =
    state.Type === 'Map' && state.mode === 'DISTRIBUTED'
      ? startMapRun(run, frame, { label: state.Label, total: inputs.length, maxConcurrency: atOnce, ...tolerated })
      : undefined
  frame.body.children = {
    total: inputs.length,
    started: 0,
    finished: 0,
    lastEvent: frame.body.lastEvent,
    ...(mapRun && { mapRun }),
  }
  const items = state.Type === 'Map' ? mapItems(run, frame, state, input) : []
  for (const [position, childInput] of inputs.entries()) {
    run.addFrame(frame, {
      position,
      phase: 'pending',
      body: childBody(frame, state, { position, input: childInput, item: items[position] }),
    })
  }
  run.move(frame, 'children')
  if (inputs.length === 0) join(run, frame, finish)
  else
    for (let position = 0; position < (atOnce || inputs.length); position++) startNext(run, frame, frame.body.lastEvent)
}

/** A branch or iteration has its output: the next one starts, or the state ends with all outputs in their order. */
export function finishChild(run: Run, child: Frame, finish: FinishState): void {
  const frame = parentOf(run, child)
  const count = countOf(frame)
  const isMap = run.stateOf(frame).Type === 'Map'
  count.finished++
  count.lastEvent = isMap
    ? run.emit('MapIterationSucceeded', child.body.lastEvent, iteration(frame, child))
    : child.body.lastEvent
  run.move(frame, 'children')
  if (count.finished === count.total) join(run, frame, finish)
  else startNext(run, frame, child.body.lastEvent)
}

/** The execution of a distributed Map's item has ended. Too many that failed are the failure of the Map, which `fail` ends. */
export function itemEnded(
  run: Run,
  item: Frame,
  ended: { output?: Json },
  { finish, fail }: { finish: FinishState; fail: (frame: Frame, failure: StateFailure) => void },
): void {
  const frame = parentOf(run, item)
  const count = countOf(frame)
  if (!count.mapRun) throw new Error(`the state ${frame.body.state} has no Map Run`)
  count.finished++
  if ('output' in ended) item.body.output = ended.output
  else count.mapRun.failed++
  run.move(item, 'done')
  run.move(frame, 'children')
  if (isExceeded(count.mapRun, count.total)) {
    const failure = thresholdExceeded()
    run.emitNext(frame, 'MapRunFailed', { error: failure.error ?? '', cause: failure.reason ?? '' })
    endMapRun(run, frame, count.mapRun.arn, 'FAILED')
    fail(frame, failure)
  } else if (count.finished === count.total) join(run, frame, finish)
  else startNext(run, frame, frame.body.lastEvent)
}

/** A branch or iteration failed for good: the others are aborted and the failure is the state's, which `fail` ends. */
export function childFailed(run: Run, child: Frame, fail: (frame: Frame) => void): void {
  const frame = parentOf(run, child)
  const last = child.body.lastEvent
  const isMap = run.stateOf(frame).Type === 'Map'
  if (isMap) run.emit('MapIterationFailed', last, iteration(frame, child))
  for (const sibling of run.frames.children(frame.id)) {
    if (sibling.id === child.id || sibling.phase === 'done' || sibling.phase === 'pending') continue
    abort(run, sibling, last)
    if (isMap) run.emit('MapIterationAborted', last, iteration(frame, sibling))
  }
  frame.body.lastEvent = last
  run.frames.save(frame)
  fail(frame)
}

function join(run: Run, frame: Frame, finish: FinishState): void {
  const { mapRun, lastEvent: last } = countOf(frame)
  // An item whose failure is tolerated has no part in the result.
  const children = run.frames.children(frame.id).filter(({ body }) => !mapRun || body.output !== undefined)
  const outputs = children.map((child) => child.body.output ?? null)
  if (mapRun) {
    run.emit('MapRunSucceeded', last)
    endMapRun(run, frame, mapRun.arn, 'SUCCEEDED')
  }
  run.emit(`${run.stateOf(frame).Type}StateSucceeded`, last)
  frame.body.lastEvent = last
  run.frames.removeBelow(frame.id)
  finish(run, frame, outputs)
}

function startNext(run: Run, frame: Frame, previous: number): void {
  const count = countOf(frame)
  if (count.started >= count.total) return
  const child = run.frames.child(frame.id, count.started++)
  if (!child) throw new Error(`the child ${count.started - 1} of ${frame.body.state} is not journalled`)
  run.frames.save(frame)
  if (count.mapRun) {
    run.move(child, 'execution')
    run.items.push(child)
    return
  }
  const isMap = run.stateOf(frame).Type === 'Map'
  child.body.lastEvent = isMap ? run.emit('MapIterationStarted', previous, iteration(frame, child)) : previous
  run.move(child, 'ready')
}

function abort(run: Run, frame: Frame, previous: number): void {
  const { mapRun } = frame.body.children ?? {}
  if (mapRun) {
    run.emit('MapRunAborted', previous)
    endMapRun(run, frame, mapRun.arn, 'ABORTED')
  } else
    for (const child of run.frames.children(frame.id))
      if (child.phase !== 'done' && child.phase !== 'pending') abort(run, child, previous)
  const { Type } = run.stateOf(frame)
  // Only states that take time have such an event.
  if (['Task', 'Wait', 'Parallel', 'Map'].includes(Type)) run.emit(`${Type}StateAborted`, previous)
}

function childBody(
  frame: Frame,
  state: ParallelState | MapState,
  child: { position: number; input: Json; item: Json | undefined },
): FrameBody {
  const { within, state: name, variables, item, lastEvent } = frame.body
  const branch = state.Type === 'Map' ? 0 : child.position
  const start = state.Type === 'Map' ? state.Processor.startAt : (state.Branches[branch]?.startAt ?? '')
  const own = state.Type === 'Map' ? { Index: child.position, Value: child.item ?? null } : item
  return {
    within: [...within, [name, branch]],
    state: start,
    input: child.input,
    variables,
    ...(own && { item: own }),
    lastEvent,
    cameFrom: 0,
    enteredEvent: 0,
    enteredMs: 0,
    retries: [],
    attempt: 0,
  }
}

function mapItems(run: Run, frame: Frame, state: MapState, input: Json): Json[] {
  const items = state.ItemsPath === undefined ? input : at(state.ItemsPath, run.scope(frame, input))
  if (Array.isArray(items)) {
    run.inspection?.note('afterItemsPath', items)
    return items
  }
  const failure = new StateFailure(
    'States.QueryEvaluationError',
    `Map state input must be an array but was: ${JSON.stringify(items)}`,
    { located: true },
  )
  throw failure
}

function iterationInputs(run: Run, frame: Frame, state: MapState, input: Json): Json[] {
  const items = mapItems(run, frame, state, input)
  const selector = state.ItemSelector ?? state.Parameters
  if (selector === undefined) return items
  const scope = run.scope(frame, input)
  const selected = items.map((Value, Index) =>
    fill(selector, { ...scope, context: { ...scope.context, Map: { Item: { Index, Value } } } }),
  )
  scope.note?.('afterItemSelector', selected)
  return selected
}

/** How many iterations run at once; 0 means all. */
function maxConcurrency(run: Run, frame: Frame, state: MapState, input: Json): number {
  if (state.MaxConcurrencyPath === undefined) return state.MaxConcurrency ?? 0
  const value = at(state.MaxConcurrencyPath, run.scope(frame, input))
  // A text of digits will do (recorded).
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  throw runtimeFailure(
    `The MaxConcurrencyPath field refers to value "${shown}" which is not a valid integer: ${state.MaxConcurrencyPath}`,
  )
}

function iteration(frame: Frame, child: Frame) {
  return { name: frame.body.state, index: child.position }
}

function parentOf(run: Run, child: Frame): Frame {
  const frame = child.parent === null ? undefined : run.frames.find(child.parent)
  if (!frame) throw new Error(`the frame ${child.id} has no parent`)
  return frame
}

function countOf(frame: Frame): ChildCount {
  if (!frame.body.children) throw new Error(`the state ${frame.body.state} has no children`)
  return frame.body.children
}
