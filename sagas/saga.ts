import type { z } from 'zod'
import type { Store, Write } from '../tables/store.ts'
import type { ForwardPlan, Json, Plan, UndoPlan } from './plan.ts'
import type { RetryPolicy } from './retry.ts'

/** What every do and undo is given. `Results` are those of the steps before it. */
export interface StepContext<Input = unknown, Results = unknown, Tools = unknown> {
  /** `reason` is why the saga is being undone; undefined on the way forward. */
  saga: { tenant: string; id: string; correlationId: string; reason?: string }
  input: Input
  results: Results
  /** Milliseconds since 1970, UTC. */
  nowMs: number
  store: Store
  tools: Tools
}

interface StepOptions {
  /** For one attempt. The default is 10: a few reads, and a transaction that may have to be repeated. */
  timeoutSeconds?: number
  /** When an attempt fails without being refused; {@link ./retry.ts} names some. */
  retry?: RetryPolicy
}

interface Step<Input, Results, Tools, Result> extends StepOptions {
  do: (context: StepContext<Input, Results, Tools>) => Promise<Plan<Result>>
}

interface RetriableStep<Input, Results, Tools, Result> extends StepOptions {
  do: (context: StepContext<Input, Results, Tools>) => Promise<ForwardPlan<Result>>
}

interface CompensatableStep<Input, Results, Tools, Result> extends Step<Input, Results, Tools, Result> {
  /** `result` is what the do came to, or undefined when it may have happened without anyone knowing. */
  undo: (context: StepContext<Input, Results, Tools> & { result: NoInfer<Result> | undefined }) => Promise<UndoPlan>
  /** Whether the undo has something to write even when the do was never tried: it is in one transaction with the tombstone then. */
  undoUnattempted?: true
  /** Waits for someone outside before the do. */
  callback?: Callback<StepContext<Input, Results, Tools>>
}

/**
 * A wait before a step's do, which ends when someone calls back with the task token, or when its time is up. Either way the do then
 * looks for itself what has happened, so a callback may be lost, late or doubled.
 */
export interface Callback<Context> {
  /**
   * Rows that tell the token to whoever will call back, in one transaction with the fence. A retry has a new token, which replaces the
   * old: that it is still `replaces` (or that there is none yet) must be a condition of the write, or a copy that was overtaken
   * puts back a token that nobody waits on any more.
   */
  open: (context: Context & { token: string; replaces: string | undefined }) => Promise<Write[]>
  /** After that: calls back itself when what is waited for is there already. May run again. */
  opened?: (context: Context & { token: string }) => Promise<void>
  timeoutSeconds: number
  heartbeatSeconds?: number
}

/** Two steps of one name would share one fence. */
type Unused<Name, Results> = Name extends keyof Results ? never : unknown

interface BeforePivot<Input, Results, Tools> {
  /** A step that can be taken back. */
  compensatable<const Name extends string, Result extends Json, Needs = unknown>(
    name: Name & Unused<Name, Results>,
    step: CompensatableStep<Input, Results, Needs, Result>,
  ): BeforePivot<Input, Results & Record<Name, Result>, Tools & Needs>
  /** The step that decides: before it every failure leads back, after it forward only. */
  pivot<const Name extends string, Result extends Json, Needs = unknown>(
    name: Name & Unused<Name, Results>,
    step: Step<Input, Results, Needs, Result>,
  ): AfterPivot<Input, Results & Record<Name, Result>, Tools & Needs>
}

interface AfterPivot<Input, Results, Tools> extends Saga<Tools> {
  /** A step that is tried until it is done. */
  retriable<const Name extends string, Result extends Json, Needs = unknown>(
    name: Name & Unused<Name, Results>,
    step: RetriableStep<Input, Results, Needs, Result>,
  ): AfterPivot<Input, Results & Record<Name, Result>, Tools & Needs>
}

/** A saga as data: what {@link ./compile.ts} turns into a state machine and {@link ./run-task.ts} carries out. */
export interface Saga<Tools = never> {
  name: string
  /** Where one saga has several forms, of which a deployment has one: which this is. */
  form?: string
  input: z.ZodType<Json>
  steps: readonly SagaStep[]
  /** Only tells which tools its steps ask for. */
  needs?: (tools: Tools) => void
}

/** One step, its types checked where it was added. */
export interface SagaStep {
  name: string
  kind: 'compensatable' | 'pivot' | 'retriable'
  timeoutSeconds: number
  retry?: RetryPolicy
  do: (context: never) => Promise<Plan<Json>>
  undo?: (context: never) => Promise<UndoPlan>
  undoUnattempted?: true
  callback?: Callback<never>
}

/**
 * Begins a saga:
 *
 *     saga('order', Order).compensatable('stock', { do, undo }).pivot('charge', { do }).retriable('ship', { do })
 *
 * The order of kinds, an undo for each step before the pivot, what a step may read, and unique names are checked by the compiler.
 * Throws `Error` on a name that no state or key could bear.
 */
export function saga<Input extends Json>(
  name: string,
  input: z.ZodType<Input>,
  form?: string,
): BeforePivot<Input, Record<never, never>, unknown> {
  return extend({ name: named(name), ...(form !== undefined && { form: named(form) }), input, steps: [] })
}

/** What a saga's form is called where it is told apart from the others. */
export function titleOf({ name, form }: Pick<Saga, 'name' | 'form'>): string {
  return form === undefined ? name : `${name}-${form}`
}

const namePattern = /^[a-z][a-z0-9-]{0,29}$/

function named(name: string): string {
  if (!namePattern.test(name)) throw new Error(`"${name}" can't name a saga or a step: it must match ${namePattern}`)
  return name
}

const defaultTimeoutSeconds = 10

type Added = StepOptions & Pick<SagaStep, 'do' | 'undo' | 'undoUnattempted' | 'callback'>

function extend<Input, Results, Tools>(saga: Pick<Saga, 'name' | 'form' | 'input' | 'steps'>) {
  const { name, steps } = saga
  const add =
    (kind: SagaStep['kind']) =>
    (step: string, { timeoutSeconds, ...options }: Added) => {
      if (steps.some((each) => each.name === step)) throw new Error(`${name} has two steps called "${step}"`)
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
