import type { Direction } from '../tables/sagas.ts'
import type { Catcher, Retrier, State, StateMachine, TaskState } from './asl.ts'
import { checkLimits } from './limits.ts'
import {
  completePrefix,
  heldStepOf,
  type Phase,
  phaseName,
  phasesOf,
  pivotOf,
  type Shape,
  undoOrder,
} from './phases.ts'
import { longRetry, parkingRetry, type RetryPolicy, shortRetry } from './retry.ts'
import type { Saga, SagaStep } from './saga.ts'
import { closed, failedStep, held, refused, superseded } from './step-errors.ts'
import { definitionVersion } from './version.ts'

/**
 * Compiles a saga to a state machine. Its input is `{tenant, sagaId, generation}`; every state calls `functionArn` with a
 * {@link ./task.ts task}.
 *
 *     phases ──► (end)                      each phase is safe to run again
 *       │ any failure, crash or timeout
 *     resolve pivot ──► undo in reverse ──► compensated
 *       │ the pivot is committed, or may be
 *     complete from the pivot ──► the phases after it
 *
 * A step with a callback is waited for at the end of the phase before it, on a task token. When the wait times out the machine goes on as
 * if it was called back, because the step looks for itself. `waitSeconds` replaces such a timeout, by the step's name.
 *
 * A step whose dependency is held was not done and decides nothing: the saga waits on a task token, and after the release goes on with the
 * wait for that step's callback, if it has one, or else with its phase.
 *
 * What keeps failing after its retries is parked: it waits on a task token, and continues from there when an operator resumes it. There is
 * no `TimeoutSeconds` for the whole machine, as it can't be caught. Throws `Error` when an execution could exceed a Step Functions quota.
 */
export function compile<Tools>(
  saga: Saga<Tools>,
  {
    functionArn,
    shape = 'phases',
    waitSeconds = {},
  }: { functionArn: string; shape?: Shape; waitSeconds?: Record<string, number> },
): StateMachine {
  const phases = phasesOf(saga, shape)
  const task = taskFor(functionArn)
  const States: Record<string, State> = {}
  phases.forEach((phase, index) => {
    const next = nameAt(phases, index + 1)
    const afterPivot = isAfterPivot(phase)
    States[phaseName(phase)] = task({
      payload: { action: 'do', steps: names(phase.steps) },
      timeoutSeconds: sum(phase.steps),
      retry: retriers(phase, afterPivot ? longRetry : shortRetry),
      otherwise: afterPivot ? waitToComplete : resolvePivot,
      ...(phase.awaits && next && waiting(phase, phase.awaits, next, waitSeconds)),
      next,
    })
  })
  Object.assign(States, compensation(saga, phases, task, shape), completion(saga, phases, task))
  const machine: StateMachine = {
    Comment: `saga ${saga.name}, definition ${definitionVersion(saga)}`,
    QueryLanguage: 'JSONPath',
    StartAt: nameAt(phases, 0) ?? '',
    States: { ...States, ...ends },
  }
  checkLimits(saga.name, machine)
  return machine
}

/** Resolves the pivot first; nothing is undone before that. The undos are one task, or one state each. */
function compensation(saga: Saga, phases: Phase[], task: TaskBuilder, shape: Shape): Record<string, State> {
  const undos = undoOrder(saga)
  const inOneTask = shape === 'phases' ? undos : []
  const chain = shape === 'phases' ? [] : undos
  const heldStep = heldStepOf(saga)
  const states: Record<string, State> = {
    [resolvePivot]: task({
      payload: { action: 'resolve-pivot', undo: names(inOneTask), 'error.$': '$.error' },
      timeoutSeconds: pivotOf(saga).timeoutSeconds + sum(inOneTask),
      retry: [never(superseded), functionGone, retrier(longRetry, 'States.ALL')],
      otherwise: waitToCompensate,
      resultPath: '$.pivot',
      next: isPivotCommitted,
    }),
    [isPivotCommitted]: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.pivot.direction', StringEquals: 'forward', Next: completeName(saga) },
        ...(heldStep ? [{ Variable: '$.pivot.direction', StringEquals: 'held', Next: waitForRelease }] : []),
      ],
      Default: chain[0] ? undoName(chain[0]) : compensated,
    },
  }
  chain.forEach((step, index) => {
    const following = chain[index + 1]
    states[undoName(step)] = task({
      payload: { action: 'undo', undo: [step.name] },
      timeoutSeconds: step.timeoutSeconds,
      retry: [never(superseded), functionGone, retrier(longRetry, 'States.ALL')],
      otherwise: waitToCompensate,
      next: following ? undoName(following) : compensated,
    })
  })
  const released = heldStep && phases.find(({ steps, awaits }) => awaits === heldStep || steps.includes(heldStep))
  if (released) states[waitForRelease] = task({ ...onToken({ action: 'await-release' }), next: phaseName(released) })
  states[waitToCompensate] = task({ ...parking('compensate'), next: resolvePivot })
  return states
}

/**
 * From the pivot to the end of its phase, when the pivot is committed or may be. One failure here still compensates: the pivot's outside
 * call is repeated and refused.
 */
function completion(saga: Saga, phases: Phase[], task: TaskBuilder): Record<string, State> {
  const pivot = pivotOf(saga)
  const index = phases.findIndex(({ steps }) => steps.includes(pivot))
  const { steps = [] } = phases[index] ?? {}
  const forward = steps.slice(steps.indexOf(pivot))
  return {
    [completeName(saga)]: task({
      payload: { action: 'do', steps: names(forward) },
      timeoutSeconds: sum(forward),
      retry: retriers({ steps: forward }, longRetry),
      catchers: [caught(resolvePivot, refused, closed, ...(heldStepOf(saga) ? [held] : []))],
      otherwise: waitToComplete,
      next: nameAt(phases, index + 1),
    }),
    [waitToComplete]: task({ ...parking('forward'), next: completeName(saga) }),
  }
}

// State names that operators read in the console, under stress: what happens in the state, or what it waits for.
const resolvePivot = 'resolve pivot'
const isPivotCommitted = 'pivot committed?'
const waitToCompensate = 'wait for operator to resume compensation'
const waitToComplete = 'wait for operator to resume completion'
const waitForRelease = 'wait for release of what is held'
const compensated = 'compensated'
const supersededState = 'superseded by another execution'
const notParked = 'could not be parked'
const undoName = ({ name }: SagaStep) => `undo ${name}`
const completeName = (saga: Saga) => `${completePrefix}${pivotOf(saga).name}`

/** Where an execution ends, other than after its last step. */
const ends: Record<string, State> = {
  [compensated]: { Type: 'Succeed' },
  [supersededState]: { Type: 'Succeed' },
  [notParked]: {
    Type: 'Fail',
    Error: 'NotParked',
    Cause: 'The saga has not ended and has no execution any more. Reconciliation starts its next generation.',
  },
}

interface TaskOptions {
  payload: Record<string, unknown>
  timeoutSeconds?: number
  heartbeatSeconds?: number
  retry: Retrier[]
  catchers?: Catcher[]
  /** The state that follows on any error that nothing else catches. */
  otherwise: string
  resultPath?: string
  /** Undefined ends the execution. */
  next: string | undefined
  waits?: true
}

type TaskBuilder = (options: TaskOptions) => TaskState

function taskFor(functionArn: string): TaskBuilder {
  const saga = {
    'tenant.$': '$.tenant',
    'sagaId.$': '$.sagaId',
    'generation.$': '$.generation',
    'enteredAt.$': '$$.State.EnteredTime',
  }
  return ({ payload, timeoutSeconds, heartbeatSeconds, retry, catchers = [], otherwise, resultPath, next, waits }) => {
    const parameters = { ...payload, ...saga }
    return {
      Type: 'Task',
      ...(waits
        ? {
            Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
            Parameters: { FunctionName: functionArn, Payload: parameters },
          }
        : { Resource: functionArn, Parameters: parameters }),
      ...(timeoutSeconds && { TimeoutSeconds: timeoutSeconds }),
      ...(heartbeatSeconds && { HeartbeatSeconds: heartbeatSeconds }),
      Retry: retry,
      Catch: [caught(supersededState, superseded), ...catchers, caught(otherwise, 'States.ALL')],
      ResultPath: resultPath ?? null,
      ...(next ? { Next: next } : { End: true }),
    }
  }
}

/** A timeout is not a failure here: the callback may have been lost, and the next task looks for itself. */
function waiting(phase: Phase, { name, callback }: SagaStep, next: string, waitSeconds: Record<string, number>) {
  return {
    payload: {
      action: 'do',
      steps: names(phase.steps),
      awaits: name,
      'token.$': '$$.Task.Token',
      'attempt.$': '$$.State.RetryCount',
    },
    timeoutSeconds: waitSeconds[name] ?? callback?.timeoutSeconds ?? 0,
    ...(callback?.heartbeatSeconds && { heartbeatSeconds: callback.heartbeatSeconds }),
    retry: [never(...timesUp), ...retriers(phase, shortRetry)],
    catchers: [caught(next, ...timesUp)],
    waits: true as const,
  }
}

const timesUp = ['States.Timeout', 'States.HeartbeatTimeout']

function parking(direction: Direction) {
  return onToken({ action: 'park', direction, 'error.$': '$.error' })
}

/** Has no timeout: an operator, or a release, may take long. */
function onToken(payload: Record<string, unknown>) {
  return {
    payload: { ...payload, 'token.$': '$$.Task.Token', 'attempt.$': '$$.State.RetryCount' },
    retry: [never(superseded), functionGone, retrier(parkingRetry, 'States.ALL')],
    otherwise: notParked,
    waits: true as const,
  }
}

/**
 * Retries each step by its own policy, and errors that belong to no step (a crash, a timeout) by `others`. A throttled function has not
 * started, so throttling is retried patiently.
 */
function retriers(phase: Phase, others: RetryPolicy): Retrier[] {
  const tried = [...phase.steps, ...(phase.awaits ? [phase.awaits] : [])]
  const own = tried.flatMap(({ name, kind, retry }) => {
    const policy = retry ?? (kind === 'retriable' ? longRetry : undefined)
    return policy ? [retrier(policy, failedStep(name))] : []
  })
  const throttled = retrier(longRetry, 'Lambda.TooManyRequestsException')
  const unretried = phase.steps.some(({ dependency }) => dependency) ? [held] : []
  return [
    never(refused, closed, superseded, ...unretried),
    ...own,
    throttled,
    functionGone,
    retrier(others, 'States.ALL'),
  ]
}

function retrier({ intervalSeconds, backoffRate, delaySecondsMax, retriesMax }: RetryPolicy, error: string): Retrier {
  return {
    ErrorEquals: [error],
    IntervalSeconds: intervalSeconds,
    BackoffRate: backoffRate,
    MaxDelaySeconds: delaySecondsMax,
    MaxAttempts: retriesMax,
    JitterStrategy: 'FULL',
  }
}

/**
 * The function or the version that this execution calls was deleted: patience does not bring it back. The execution fails soon, and
 * reconciliation continues its saga with the version that is deployed now.
 */
const functionGone = retrier(shortRetry, 'Lambda.ResourceNotFoundException')

function never(...errors: string[]): Retrier {
  return { ErrorEquals: errors, MaxAttempts: 0 }
}

function caught(next: string, ...errors: string[]): Catcher {
  return { ErrorEquals: errors, ResultPath: '$.error', Next: next }
}

const names = (steps: readonly SagaStep[]) => steps.map(({ name }) => name)
const sum = (steps: readonly SagaStep[]) => steps.reduce((total, { timeoutSeconds }) => total + timeoutSeconds, 0)
const isAfterPivot = ({ steps: [first] }: Phase) => first?.kind === 'retriable'

function nameAt(phases: Phase[], index: number): string | undefined {
  const phase = phases[index]
  return phase && phaseName(phase)
}
