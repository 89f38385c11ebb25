import type { Catcher, Retrier, State, StateMachine, TaskState } from './asl.ts'
import { checkLimits } from './limits.ts'
import { type Phase, phaseName, phasesOf, pivotOf, type Shape, undoOrder } from './phases.ts'
import { longRetry, parkingRetry, type RetryPolicy, shortRetry } from './retry.ts'
import type { Saga, SagaStep } from './saga.ts'
import { closed, failedStep, refused, superseded } from './step-errors.ts'
import { definitionVersion } from './version.ts'

/**
 * A saga as a state machine. Its input is `{tenant, sagaId, generation}`; every state calls `functionArn` with a
 * {@link ./task.ts task}.
 *
 *     phases ──► (end)                    each phase is safe to run again
 *       │ any failure, crash or timeout
 *     settle ──► back: undoes in reverse ──► compensated
 *       │ the pivot is passed, or may be
 *     go forward ──► the phases after the pivot
 *
 * A step with a callback is waited for at the end of the phase before it, by a task token of its own; a wait whose time is up goes on
 * like one that was called back, since the step looks for itself. `waitSeconds` replaces such a time, by the step's name.
 *
 * What keeps failing after its retries is parked, waiting on a task token, and goes on from there when it is resumed. There is no
 * `TimeoutSeconds` for the whole machine: it could not be caught. Throws `Error` on a saga that could pass a limit of the service.
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
      otherwise: afterPivot ? 'park on the way forward' : 'settle',
      ...(phase.awaits && next && waiting(phase, phase.awaits, next, waitSeconds)),
      next,
    })
  })
  Object.assign(States, compensation(saga, task, shape), goForward(saga, phases, task))
  const machine: StateMachine = {
    Comment: `saga ${saga.name}, definition ${definitionVersion(saga)}`,
    QueryLanguage: 'JSONPath',
    StartAt: nameAt(phases, 0) ?? '',
    States: { ...States, ...ends },
  }
  checkLimits(saga.name, machine)
  return machine
}

/** Settles the pivot first; only then is anything undone. One task, or one state per undo. */
function compensation(saga: Saga, task: TaskBuilder, shape: Shape): Record<string, State> {
  const undos = undoOrder(saga)
  const inOneTask = shape === 'phases' ? undos : []
  const chain = shape === 'phases' ? [] : undos
  const states: Record<string, State> = {
    settle: task({
      payload: { action: 'settle', undo: names(inOneTask), 'error.$': '$.error' },
      timeoutSeconds: pivotOf(saga).timeoutSeconds + sum(inOneTask),
      retry: [never(superseded), retrier(longRetry, 'States.ALL')],
      otherwise: 'park on the way back',
      resultPath: '$.settled',
      next: 'which way',
    }),
    'which way': {
      Type: 'Choice',
      Choices: [{ Variable: '$.settled.way', StringEquals: 'forward', Next: forwardName(saga) }],
      Default: chain[0] ? undoName(chain[0]) : 'compensated',
    },
  }
  chain.forEach((step, index) => {
    const following = chain[index + 1]
    states[undoName(step)] = task({
      payload: { action: 'undo', undo: [step.name] },
      timeoutSeconds: step.timeoutSeconds,
      retry: [never(superseded), retrier(longRetry, 'States.ALL')],
      otherwise: 'park on the way back',
      next: following ? undoName(following) : 'compensated',
    })
  })
  states['park on the way back'] = task({ ...parking('back'), next: 'settle' })
  return states
}

/**
 * From the pivot to the end of its phase, when the pivot was found passed. A failure here can't lead back, but for one: the
 * pivot's outside call, repeated, is refused.
 */
function goForward(saga: Saga, phases: Phase[], task: TaskBuilder): Record<string, State> {
  const pivot = pivotOf(saga)
  const index = phases.findIndex(({ steps }) => steps.includes(pivot))
  const { steps = [] } = phases[index] ?? {}
  const forward = steps.slice(steps.indexOf(pivot))
  return {
    [forwardName(saga)]: task({
      payload: { action: 'do', steps: names(forward) },
      timeoutSeconds: sum(forward),
      retry: retriers({ steps: forward }, longRetry),
      catchers: [caught('settle', refused, closed)],
      otherwise: 'park on the way forward',
      next: nameAt(phases, index + 1),
    }),
    'park on the way forward': task({ ...parking('forward'), next: forwardName(saga) }),
  }
}

/** Where an execution ends beside its last step: when the saga is undone, when another execution has it, and when it can't even be parked. */
const ends: Record<string, State> = {
  compensated: { Type: 'Succeed' },
  superseded: { Type: 'Succeed' },
  'not parked': {
    Type: 'Fail',
    Error: 'NotParked',
    Cause: 'The saga is still live in its table, without an execution.',
  },
}

interface TaskOptions {
  payload: Record<string, unknown>
  timeoutSeconds?: number
  heartbeatSeconds?: number
  retry: Retrier[]
  catchers?: Catcher[]
  /** Where every error leads that nothing else catches. */
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
      Catch: [caught('superseded', superseded), ...catchers, caught(otherwise, 'States.ALL')],
      ResultPath: resultPath ?? null,
      ...(next ? { Next: next } : { End: true }),
    }
  }
}

/** A time that is up is no failure here: whoever should have called may have tried, and the next task looks. */
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

/** No timeout: a person may take long. */
function parking(way: 'forward' | 'back') {
  return {
    payload: {
      action: 'park',
      way,
      'error.$': '$.error',
      'token.$': '$$.Task.Token',
      'attempt.$': '$$.State.RetryCount',
    },
    retry: [never(superseded), retrier(parkingRetry, 'States.ALL')],
    otherwise: 'not parked',
    waits: true as const,
  }
}

/**
 * Each step by its own policy, and what is no step's error (a crash, a timeout) by `others`. A function that is throttled has not
 * even begun: that is waited out.
 */
function retriers(phase: Phase, others: RetryPolicy): Retrier[] {
  const tried = [...phase.steps, ...(phase.awaits ? [phase.awaits] : [])]
  const own = tried.flatMap(({ name, kind, retry }) => {
    const policy = retry ?? (kind === 'retriable' ? longRetry : undefined)
    return policy ? [retrier(policy, failedStep(name))] : []
  })
  const throttled = retrier(longRetry, 'Lambda.TooManyRequestsException')
  return [never(refused, closed, superseded), ...own, throttled, retrier(others, 'States.ALL')]
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

function never(...errors: string[]): Retrier {
  return { ErrorEquals: errors, MaxAttempts: 0 }
}

function caught(next: string, ...errors: string[]): Catcher {
  return { ErrorEquals: errors, ResultPath: '$.error', Next: next }
}

const names = (steps: readonly SagaStep[]) => steps.map(({ name }) => name)
const sum = (steps: readonly SagaStep[]) => steps.reduce((total, { timeoutSeconds }) => total + timeoutSeconds, 0)
const undoName = ({ name }: SagaStep) => `undo ${name}`
const forwardName = (saga: Saga) => `go forward from ${pivotOf(saga).name}`
const isAfterPivot = ({ steps: [first] }: Phase) => first?.kind === 'retriable'

function nameAt(phases: Phase[], index: number): string | undefined {
  const phase = phases[index]
  return phase && phaseName(phase)
}
