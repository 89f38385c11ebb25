import type { z } from 'zod'
import type { Dependency } from '../domain/ids.ts'
import type { Trace } from '../domain/trace.ts'
import type { Store, Write } from '../tables/store.ts'
import type { ForwardPlan, Json, Plan, UndoPlan } from './plan.ts'
import type { RetryPolicy } from './retry.ts'

/** What every do and undo is given. `Results` holds the results of the steps before it. */
export interface StepContext<Input = unknown, Results = unknown, Tools = unknown> {
  /**
   * `reason` is why the saga compensates; undefined while it goes forward. `wentOnAtMs` is when it went on after it last waited for a
   * release; undefined when it never has.
   */
  saga: Trace & { tenant: string; id: string; reason?: string; wentOnAtMs?: number }
  input: Input
  results: Results
  /** Milliseconds since 1970, UTC. */
  nowMs: number
  store: Store
  tools: Tools
  /** Given to a do only: an earlier attempt may have made the step's outside call. */
  isRepeated?: boolean
  /** Given to a do only: when its first attempt began that was not held (epoch milliseconds). Absent on that attempt. */
  firstTriedAtMs?: number
}

interface StepOptions {
  /** The timeout of one attempt. Defaults to 10: a few reads, and a transaction that may have to be repeated. */
  timeoutSeconds?: number
  /** Applies when an attempt fails without being refused. {@link ./retry.ts} has the usual policies. */
  retry?: RetryPolicy
}

interface Step<Input, Results, Tools, Result> extends StepOptions {
  do: (context: StepContext<Input, Results, Tools>) => Promise<Plan<Result>>
  /** What the do calls outside, where an admin can hold it: the saga then waits before the step. One step of a saga may have it. */
  dependency?: (input: Input) => Dependency
}

interface RetriableStep<Input, Results, Tools, Result> extends StepOptions {
  do: (context: StepContext<Input, Results, Tools>) => Promise<ForwardPlan<Result>>
}

interface CompensatableStep<Input, Results, Tools, Result> extends Step<Input, Results, Tools, Result> {
  /** `result` is the result of the do, or undefined when the do may have taken effect and its result is unknown. */
  undo: (context: StepContext<Input, Results, Tools> & { result: NoInfer<Result> | undefined }) => Promise<UndoPlan>
  /** Also undo a step that was never attempted: its rows are then written in one transaction with the tombstone. */
  undoUnattempted?: true
  /** Waits for a callback from outside before the do. */
  callback?: Callback<StepContext<Input, Results, Tools>>
}

/**
 * A wait before a step's do. It ends with a callback or with its timeout. Either way the do then looks for itself what happened, so a
 * callback may be lost, late or duplicated.
 */
export interface Callback<Context> {
  /**
   * Returns the rows that store the token for the caller, in one transaction with the fence. A retry has a new token, which replaces the
   * old one. The write must be conditional on the stored token being `replaces` (or absent), or a late copy could bring back a token
   * that no execution waits on.
   */
  open: (context: Context & { token: string; replaces: string | undefined }) => Promise<Write[]>
  /** Runs after that, possibly more than once: calls back at once when what the step waits for is there already. */
  opened?: (context: Context & { token: string }) => Promise<void>
  timeoutSeconds: number
  heartbeatSeconds?: number
}

/** Refuses a name that another step has: the two would share one fence. */
type Unused<Name, Results> = Name extends keyof Results ? never : unknown

interface BeforePivot<Input, Results, Tools> {
  /** A step that can be undone. */
  compensatable<const Name extends string, Result extends Json, Needs = unknown>(
    name: Name & Unused<Name, Results>,
    step: CompensatableStep<Input, Results, Needs, Result>,
  ): BeforePivot<Input, Results & Record<Name, Result>, Tools & Needs>
  /** The point of no return: before it every failure compensates, after it the saga goes forward only. */
  pivot<const Name extends string, Result extends Json, Needs = unknown>(
    name: Name & Unused<Name, Results>,
    step: Step<Input, Results, Needs, Result>,
  ): AfterPivot<Input, Results & Record<Name, Result>, Tools & Needs>
}

interface AfterPivot<Input, Results, Tools> extends Saga<Tools> {
  /** A step that is retried until it is done. */
  retriable<const Name extends string, Result extends Json, Needs = unknown>(
    name: Name & Unused<Name, Results>,
    step: RetriableStep<Input, Results, Needs, Result>,
  ): AfterPivot<Input, Results & Record<Name, Result>, Tools & Needs>
}

/** A saga as data. {@link ./compile.ts} compiles it to a state machine, {@link ./run-task.ts} runs its tasks. */
export interface Saga<Tools = never> {
  name: string
  /** Names this form of a saga that has several. A deployment has one form of each saga. */
  form?: string
  input: z.ZodType<Json>
  steps: readonly SagaStep[]
  /** Carries the type of the tools that the steps need; never called. */
  needs?: (tools: Tools) => void
}

/** One step. Its types were checked where it was added. */
export interface SagaStep {
  name: string
  kind: 'compensatable' | 'pivot' | 'retriable'
  timeoutSeconds: number
  retry?: RetryPolicy
  do: (context: never) => Promise<Plan<Json>>
  undo?: (context: never) => Promise<UndoPlan>
  undoUnattempted?: true
  callback?: Callback<never>
  dependency?: (input: never) => Dependency
}

/**
 * Defines a saga:
 *
 *     saga('order', Order).compensatable('stock', { do, undo }).pivot('charge', { do }).retriable('ship', { do })
 *
 * The compiler checks the order of kinds, an undo for each step before the pivot, what a step may read, and unique names. Throws `Error`
 * on a name that does not fit {@link namePattern}.
 */
export function saga<Input extends Json>(
  name: string,
  input: z.ZodType<Input>,
  form?: string,
): BeforePivot<Input, Record<never, never>, unknown> {
  return extend({ name: named(name), ...(form !== undefined && { form: named(form) }), input, steps: [] })
}

/** The saga's name, with its form where it has one: `attachment-scanned`. */
export function titleOf({ name, form }: Pick<Saga, 'name' | 'form'>): string {
  return form === undefined ? name : `${name}-${form}`
}

const namePattern = /^[a-z][a-z0-9-]{0,29}$/

function named(name: string): string {
  if (!namePattern.test(name))
    throw new Error(`"${name}" is not a valid name for a saga or a step: it must match ${namePattern}`)
  return name
}

const defaultTimeoutSeconds = 10

type Added = StepOptions & Pick<SagaStep, 'do' | 'undo' | 'undoUnattempted' | 'callback' | 'dependency'>

function extend<Input, Results, Tools>(saga: Pick<Saga, 'name' | 'form' | 'input' | 'steps'>) {
  const { name, steps } = saga
  const add =
    (kind: SagaStep['kind']) =>
    (step: string, { timeoutSeconds, ...options }: Added) => {
      if (steps.some((each) => each.name === step)) throw new Error(`${name} has two steps called "${step}"`)
      if (options.dependency && steps.some(({ dependency }) => dependency))
        throw new Error(`${name} has two steps that can be held`)
      const added = { ...options, name: named(step), kind, timeoutSeconds: timeoutSeconds ?? defaultTimeoutSeconds }
      return extend({ ...saga, steps: [...steps, added] })
    }
  return {
    ...saga,
    compensatable: add('compensatable'),
    pivot: add('pivot'),
    retriable: add('retriable'),
  } as BeforePivot<Input, Results, Tools> & AfterPivot<Input, Results, Tools>
}
