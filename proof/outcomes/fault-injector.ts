import type { Read, Store, Write, WriteOutcome } from '../../tables/store.ts'
import type { CallsOutside, Outside } from './saga-harness.ts'

/**
 * What befalls a step, at its effect: the transaction with its fence, or its call to something outside.
 * - `error`: no effect, and it says so · `timeout`: no effect, and no answer · `answer lost`: the effect, and no answer
 * - `duplicate`: the step's task is run twice at once · `late`: the effect comes when everything else is over
 * - `crash before`, `crash after`: the function dies before or after the effect · `throttled`: the function can't be called
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

export type Action = 'wait' | 'do' | 'undo'

export interface InjectedFault {
  step: string
  /** `wait`: opening the wait before its do. */
  action: Action
  fault: Fault
  /** Once, or each time until the saga is parked: then what was broken is mended. */
  lasts: boolean
}

/** What is to inject one saga, and what hangs until it is let go. */
export class FaultInjector {
  readonly #injected: InjectedFault
  readonly #hanging: (() => void)[] = []
  #isOver = false
  happened = 0

  constructor(injected: InjectedFault) {
    this.#injected = injected
  }

  /** Whether it befalls this now. */
  strikes(step: string, action: Action, ...among: Fault[]): Fault | undefined {
    const injected = this.#injected
    if (this.#isOver || injected.step !== step || injected.action !== action || !among.includes(injected.fault))
      return undefined
    this.happened++
    if (!injected.lasts) this.#isOver = true
    return injected.fault
  }

  /** Whether it befalls a whole task now. */
  strikesTask(task: { steps?: string[]; undo?: string[]; awaits?: string }, ...among: Fault[]): Fault | undefined {
    const { step, action } = this.#injected
    const steps = { wait: task.awaits ? [task.awaits] : [], do: task.steps, undo: task.undo }[action]
    return steps?.includes(step) ? this.strikes(step, action, ...among) : undefined
  }

  mend(): void {
    this.#isOver = true
  }

  hang(): Promise<void> {
    return new Promise((resolve) => this.#hanging.push(resolve))
  }

  release(): void {
    for (const goOn of this.#hanging.splice(0)) goOn()
  }
}

/** One invocation of a saga's function, as far as injector lets it come. */
export class Invocation {
  readonly #injector: FaultInjector
  readonly #died = Promise.withResolvers<never>()
  #isDead = false
  /** Whether it hangs: only its time limit ends it. */
  hangs = false

  constructor(injector: FaultInjector) {
    this.#injector = injector
    this.#died.promise.catch(() => undefined)
  }

  /** Rejects when the function dies. */
  get died(): Promise<never> {
    return this.#died.promise
  }

  outside: Outside = (step, action, call) => this.make(step, action, call)

  async make<T>(step: string, action: Action, effect: () => Promise<T>, lost?: T): Promise<T> {
    if (this.#isDead) return new Promise<T>(() => {})
    const fault = this.#injector.strikes(
      step,
      action,
      'error',
      'timeout',
      'answer lost',
      'late',
      'crash before',
      'crash after',
    )
    switch (fault) {
      case 'error':
        throw named('ServiceUnavailable')
      case 'answer lost':
        await effect()
        if (lost !== undefined) return lost
        throw named('TimeoutError')
      case 'crash before':
        return this.#die()
      case 'crash after':
        await effect()
        return this.#die()
      case 'timeout':
        this.hangs = true
        return new Promise<T>(() => {})
      case 'late':
        this.hangs = true
        await this.#injector.hang()
        return effect()
      default:
        return effect()
    }
  }

  #die<T>(): Promise<T> {
    this.#isDead = true
    this.#died.reject(named('Lambda.Unknown'))
    return new Promise<T>(() => {})
  }
}

/** The store as one invocation has it: a step's own transaction is where injector strikes, unless its effect is a call. */
export function withFaults(store: Store, invocation: Invocation, callsOutside: CallsOutside): Store {
  const transactWrite = (writes: readonly Write[], token: string): Promise<WriteOutcome> => {
    const moved = writes.map(fenceOf).find((fence) => fence !== undefined)
    if (!moved || (moved.action !== 'wait' && callsOutside[moved.action].includes(moved.step)))
      return store.transactWrite(writes, token)
    const lost = { status: 'unknown', cause: named('TimeoutError') } as const
    return invocation.make(moved.step, moved.action, () => store.transactWrite(writes, token), lost)
  }
  return {
    transactWrite,
    transactRead: (reads: readonly Read[]) => store.transactRead(reads),
    get: (read) => store.get(read),
    write: (write) => store.write(write),
    query: (query) => store.query(query),
    scan: (scan) => store.scan(scan),
  }
}

/** Which step a write is the fence of, and which way that moves. */
function fenceOf(write: Write): { step: string; action: Action } | undefined {
  if (write.table !== 'StepKeys' || write.kind !== 'put') return undefined
  const { step, state, wait } = write.row
  const isDo = state === 'done' || state === 'intent'
  return { step: String(step), action: wait ? 'wait' : isDo ? 'do' : 'undo' }
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name })
}
