import { randomUUID } from 'node:crypto'
import { AwsError } from '../aws-error.ts'
import { isExceeded, thresholdExceeded } from './distributed-map.ts'
import { insertExecution, loadExecution } from './execution.ts'
import { matches, StateFailure } from './failure.ts'
import type { Frame, FrameBody } from './frame.ts'
import { Inspection } from './inspection.ts'
import { Journal } from './journal.ts'
import type { Json } from './json.ts'
import { executionArn, machineArn, pinDefinition } from './machines.ts'
import { attempt, complete, fail, step, waited } from './progress.ts'
import { Run } from './run.ts'
import { callTask, type TaskCalls } from './task-call.ts'
import { taskAnswered, taskFailed, taskSucceeded, taskTimedOut } from './task-end.ts'
import { resourceOf } from './task-start.ts'
import { type Mock, readStateTest, type StateTest } from './test-state-input.ts'

export interface TestStateTools {
  calls: TaskCalls
  now: () => number
  random: () => number
}

/** The longest test (AWS: "The TestState API can run for up to five minutes"). */
const testMsMax = 300_000

/**
 * TestState: runs one state in a journal of its own, by the same interpreter as every execution. Its answer is what the run has shown
 * when the state, or one around it, was left, is to be tried again, or has failed for good.
 */
export function testStateOperation(tools: TestStateTools) {
  const { calls, now, random } = tools
  return async (input: Record<string, unknown>): Promise<unknown> => {
    const test = readStateTest(input, (key) => Object.hasOwn(calls.serviceTasks, key))
    const journal = new Journal(':memory:')
    try {
      const inspection = new Inspection(test.context)
      const run = beginRun(test, journal, { now, random }, inspection)
      const frame = frameOf(run, test)
      step(run, frame)
      if (test.mock) mocked(run, frame, test, test.mock)
      else await carriedOut(run, frame, calls)
      return answerOf(run, test, inspection)
    } finally {
      journal.close()
    }
  }
}

function beginRun(
  { definition, definitionText, inputText, roleArn }: StateTest,
  journal: Journal,
  clock: { now: () => number; random: () => number },
  inspection: Inspection,
): Run {
  const name = randomUUID()
  const machine = machineArn(randomUUID())
  const seq = insertExecution(journal, {
    arn: executionArn(machine.split(':').at(-1) ?? '', name),
    name,
    machineArn: machine,
    versionArn: null,
    roleArn,
    input: inputText,
    startMs: clock.now(),
    traceHeader: null,
    definition: pinDefinition(journal, definitionText),
  })
  const execution = loadExecution(journal, seq)
  if (!execution) throw new Error('the execution of a test is not journalled')
  return new Run(execution, definition, { journal, ...clock }, inspection)
}

/** The frame of the state, beneath those of the states around it, whose Retry and Catch see its failure too. */
function frameOf(run: Run, { name, within, input, variables, retrierRetryCount, state, mock }: StateTest): Frame {
  const body = (at: number, of: string): FrameBody => ({
    within: within.slice(0, at),
    state: of,
    input,
    variables,
    lastEvent: 0,
    cameFrom: 0,
    enteredEvent: 0,
    enteredMs: run.now,
    retries: [],
    attempt: 0,
    ...(within.slice(0, at).some(([around]) => isMap(run, within, around)) && { item: { Index: 0, Value: input } }),
  })
  // An item of a distributed Map has an execution of its own: its failure is counted, and not caught.
  const from = within.findLastIndex(([around]) => isMap(run, within, around, 'DISTRIBUTED')) + 1
  let parent: Frame | undefined
  for (let at = from; at < within.length; at++) {
    const children = { total: 1, started: 1, finished: 0, lastEvent: 0 }
    const around = { ...body(at, within[at]?.[0] ?? ''), children }
    parent = run.addFrame(parent, { position: 0, phase: 'children', body: around })
  }
  const own = body(within.length, name)
  const failing = mock && 'error' in mock ? new StateFailure(mock.error, mock.cause) : thresholdExceeded()
  const retriers = 'Retry' in state ? (state.Retry ?? []) : []
  const matching = retriers.findIndex((retrier) => matches(retrier.ErrorEquals, failing))
  own.retries = retriers.map((_, index) => (index === matching ? retrierRetryCount : 0))
  return run.addFrame(parent, { position: 0, phase: 'again', body: own })
}

function isMap(run: Run, within: StateTest['within'], around: string, mode?: string): boolean {
  const at = within.findIndex(([name]) => name === around)
  const state = run.container(within.slice(0, at)).states.get(around)
  return state?.Type === 'Map' && (mode === undefined || state.mode === mode)
}

/** Ends the state as its mock says, unless what it works on has failed it already. */
function mocked(run: Run, frame: Frame, { state, mapIterationFailureCount: failed }: StateTest, mock: Mock): void {
  if (frame.phase === 'running') {
    if ('error' in mock) taskFailed(run, frame, mock.error, mock.cause)
    else taskSucceeded(run, frame, mock.result)
    return
  }
  const count = frame.body.children
  if (frame.phase !== 'children' || !count) return
  if (state.Type === 'Map') {
    if (failed > count.total)
      throw invalid('Map iteration failure count must be less than or equal to the number of Map iterations.')
    if (count.mapRun && isExceeded({ ...count.mapRun, failed }, count.total)) {
      fail(run, frame, thresholdExceeded())
      return
    }
    if ('result' in mock && (mock.result as Json[]).length !== count.total - failed)
      throw invalid("Input array does not equal the mocked result array's size.")
  }
  if ('error' in mock) fail(run, frame, new StateFailure(mock.error, mock.cause, { blank: null }))
  else {
    run.inspection?.note('result', mock.result)
    attempt(run, frame, () => complete(run, frame, mock.result))
  }
}

/** Calls what the state calls, or waits as long as it does, within the time of a test. */
async function carriedOut(run: Run, frame: Frame, calls: TaskCalls): Promise<void> {
  if (frame.phase !== 'running' && frame.phase !== 'waiting') return
  const dueMs = (frame.dueMs ?? Number.POSITIVE_INFINITY) - run.now
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<'timeUp'>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, Math.min(dueMs, testMsMax)), 'timeUp').unref()
  })
  const state = run.stateOf(frame)
  const called = state.Type === 'Task' ? callTask(calls, resourceOf(state), frame) : timeUp
  const ended = await Promise.race([called, timeUp])
  clearTimeout(timer)
  if (ended !== 'timeUp') taskAnswered(run, frame, ended)
  else if (frame.phase === 'waiting' && dueMs <= testMsMax) attempt(run, frame, () => waited(run, frame))
  else if (frame.phase === 'waiting') fail(run, frame, new StateFailure('States.Timeout', undefined))
  else taskTimedOut(run, frame)
}

function answerOf(run: Run, test: StateTest, inspection: Inspection): unknown {
  const { left, failed, errorDetails } = inspection
  const why = failed && {
    ...(failed.error !== undefined && { error: failed.error }),
    ...(failed.cause !== undefined && { cause: failed.cause }),
  }
  const details = test.isDetailed && { inspectionData: inspectionData(test, inspection) }
  if (left) {
    const next = left.next !== undefined && { nextState: left.next }
    const caught = errorDetails.catchIndex !== undefined
    const status = caught ? 'CAUGHT_ERROR' : 'SUCCEEDED'
    return { output: JSON.stringify(left.output), ...(caught && why), ...details, ...next, status }
  }
  if (errorDetails.retryIndex !== undefined) return { ...why, ...details, status: 'RETRIABLE' }
  if (run.execution.status !== 'FAILED') throw new Error(`the state ${test.name} was tested and did not end`)
  const { error, cause } = run.execution
  return { ...(error !== null && { error }), ...(cause !== null && { cause }), ...details, status: 'FAILED' }
}

const numbers: Record<string, string> = {
  maxConcurrency: 'maxConcurrency',
  toleratedCount: 'toleratedFailureCount',
  toleratedPercentage: 'toleratedFailurePercentage',
}

/** Data as JSON texts, as the API has them. */
function inspectionData({ inputText, variables }: StateTest, { data, errorDetails, left }: Inspection): unknown {
  const shown = Object.entries(data).map(([what, value]) =>
    what in numbers ? [numbers[what], value] : [what, JSON.stringify(value)],
  )
  const after = left?.variables ?? variables
  return {
    input: inputText,
    ...Object.fromEntries(shown),
    ...(Object.keys(after).length > 0 && { variables: JSON.stringify(after) }),
    ...(Object.keys(errorDetails).length > 0 && { errorDetails }),
  }
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message)
}
