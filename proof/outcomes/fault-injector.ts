import type { Read, Store, Write, WriteOutcome } from '../../tables/store.ts'
import type { CallOutside, OutsideCalls } from './saga-harness.ts'

/**
 * The faults at the effect of a step, which is the transaction with its fence or its outside call:
 * - `error`: no effect, and an error is returned.
 * - `timeout`: no effect and no answer.
 * - `answer lost`: the effect, but no answer.
 * - `duplicate`: the step's task runs twice at the same time.
 * - `late`: no answer, and the effect only after the saga has ended.
 * - `crash before`, `crash after`: the function dies before or after the effect.
 * - `throttled`: Lambda does not run the function.
 */
export const faults = [
  'error',
  'timeout',
  'answer lost',
  'duplicate',
  'late',
  'crash before',
  'crash after',
  'throttled',
] as const
export type Fault = (typeof faults)[number]

/** `wait` opens the wait of a step for a callback, before its do. */
export type Action = 'wait' | 'do' | 'undo'

/** A place where a fault can be injected. */
export interface FaultPoint {
  step: string
  action: Action
}

export interface InjectedFault extends FaultPoint {
  fault: Fault
  /** Injected every time until the saga is parked; otherwise only once. */
  isPersistent: boolean
}

/** Decides which calls of one saga run get the fault, and holds the calls that take effect late. */
export class FaultInjector {
  readonly #injected: InjectedFault
  readonly #held: (() => void)[] = []
  #isOver = false
  timesInjected = 0

  constructor(injected: InjectedFault) {
    this.#injected = injected
  }

  /** The fault to inject now, if it is one of `candidates`. */
  next({ step, action }: FaultPoint, ...candidates: Fault[]): Fault | undefined {
    const injected = this.#injected
    if (this.#isOver || injected.step !== step || injected.action !== action) return undefined
    if (!candidates.includes(injected.fault)) return undefined
    this.timesInjected++
    if (!injected.isPersistent) this.#isOver = true
    return injected.fault
  }

  /** The same for a fault of a whole task: one that contains the step. */
  nextForTask(task: { steps?: string[]; undo?: string[]; awaits?: string }, fault: Fault): Fault | undefined {
    const { step, action } = this.#injected
    const steps = { wait: task.awaits ? [task.awaits] : [], do: task.steps, undo: task.undo }[action]
    return steps?.includes(step) ? this.next({ step, action }, fault) : undefined
  }

  /** Ends a persistent fault. */
  removeFault(): void {
    this.#isOver = true
  }

  /** Resolves when `release` is called. */
  untilReleased(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve))
  }

  /** Lets every held call take effect. */
  release(): void {
    for (const resolve of this.#held.splice(0)) resolve()
  }
}

/** One invocation of a saga's function. A fault can end it between two effects. */
export class Invocation {
  readonly #injector: FaultInjector
  readonly #crash = Promise.withResolvers<never>()
  #isDead = false

  constructor(injector: FaultInjector) {
    this.#injector = injector
    this.#crash.promise.catch(() => undefined)
  }

  /** Rejects when the function dies. */
  get crashed(): Promise<never> {
    return this.#crash.promise
  }

  callOutside: CallOutside = (step, action, call) => this.perform({ step, action }, call)

  /** Performs an effect, or injects the fault. When the answer is lost, returns `lostAnswer`, or throws if it is undefined. */
  async perform<T>(point: FaultPoint, effect: () => Promise<T>, lostAnswer?: T): Promise<T> {
    if (this.#isDead) return never()
    const fault = this.#injector.next(point, 'error', 'timeout', 'answer lost', 'late', 'crash before', 'crash after')
    switch (fault) {
      case 'error':
        throw errorNamed('ServiceUnavailable')
      case 'answer lost':
        await effect()
        if (lostAnswer !== undefined) return lostAnswer
        throw errorNamed('TimeoutError')
      case 'crash before':
        return this.#die()
      case 'crash after':
        await effect()
        return this.#die()
      case 'timeout':
        return never()
      case 'late':
        await this.#injector.untilReleased()
        return effect()
      default:
        return effect()
    }
  }

  #die<T>(): Promise<T> {
    this.#isDead = true
    this.#crash.reject(errorNamed('Lambda.Unknown'))
    return never()
  }
}

/** The store as one invocation sees it: faults are injected at the transactions with a fence, except those of outside calls. */
export function withFaults(store: Store, invocation: Invocation, outsideCalls: OutsideCalls): Store {
  const transactWrite = (writes: readonly Write[], token: string): Promise<WriteOutcome> => {
    const point = writes.map(faultPointOf).find((found) => found !== undefined)
    if (!point || (point.action !== 'wait' && outsideCalls[point.action].includes(point.step)))
      return store.transactWrite(writes, token)
    const lostAnswer = { status: 'unknown', cause: errorNamed('TimeoutError') } as const
    return invocation.perform(point, () => store.transactWrite(writes, token), lostAnswer)
  }
  return {
    transactWrite,
    transactRead: (reads: readonly Read[]) => store.transactRead(reads),
    batchRead: (reads: readonly Read[]) => store.batchRead(reads),
    get: (read) => store.get(read),
    write: (write) => store.write(write),
    query: (query) => store.query(query),
    scan: (scan) => store.scan(scan),
  }
}

/** The step and action of a write that moves a fence; undefined for any other write. */
function faultPointOf(write: Write): FaultPoint | undefined {
  if (write.table !== 'StepKeys' || write.kind !== 'put') return undefined
  const { step, state, wait } = write.row
  const moved = state === 'done' || state === 'intent' ? 'do' : 'undo'
  return { step: String(step), action: wait ? 'wait' : moved }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => {})
}

function errorNamed(name: string): Error {
  return Object.assign(new Error(name), { name })
}
