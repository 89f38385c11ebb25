import { setImmediate } from 'node:timers/promises'
import type { InvokeFunction, InvokeResult } from 'embedded-aws'
import type { Store } from '../../tables/store.ts'
import type { ManualRuntime } from '../manual-runtime.ts'
import { type FaultInjector, Invocation, withFaults } from './fault-injector.ts'
import type { HarnessSetup, SagaHarness } from './saga-harness.ts'

interface Deps {
  store: Store
  runtime: ManualRuntime
  injector: FaultInjector
}

/** The Lambda function of a saga, as Step Functions invokes it, with its faults. */
export class SagaFunction {
  readonly #harness: SagaHarness
  readonly #setup: HarnessSetup
  readonly #deps: Deps
  readonly #timeouts: (() => void)[] = []
  invocations = 0
  /** Whether an invocation was asked to park the saga since this was last set to false. */
  parkRequested = false

  constructor(harness: SagaHarness, setup: HarnessSetup, deps: Deps) {
    this.#harness = harness
    this.#setup = setup
    this.#deps = deps
  }

  invoke: InvokeFunction = async (_, payload): Promise<InvokeResult> => {
    this.invocations++
    const task = payload as { action: string; steps?: string[]; undo?: string[]; awaits?: string }
    if (task.action === 'park') this.parkRequested = true
    const { injector } = this.#deps
    if (injector.nextForTask(task, 'throttled')) return failure('Lambda.TooManyRequestsException', 'Rate exceeded')
    if (injector.nextForTask(task, 'duplicate')) void this.#run(payload)
    return this.#run(payload)
  }

  /** Ends every invocation that still hangs, as Lambda does at its time limit. */
  timeOutHanging(): void {
    for (const timeOut of this.#timeouts.splice(0)) timeOut()
  }

  /** Resolves when no invocation can make progress without a callback, a timeout or the clock. */
  async untilIdle(): Promise<void> {
    let before = -1
    for (let idleTurns = 0; idleTurns < 4; ) {
      await setImmediate()
      idleTurns = this.invocations === before ? idleTurns + 1 : 0
      before = this.invocations
    }
  }

  async #run(payload: unknown): Promise<InvokeResult> {
    const { store, runtime, injector } = this.#deps
    const invocation = new Invocation(injector)
    const run = this.#setup.runner({
      store: withFaults(store, invocation, this.#harness.outsideCalls),
      runtime,
      callOutside: invocation.callOutside,
    })
    const timedOut = new Promise<InvokeResult>((resolve) => {
      this.#timeouts.push(() => resolve(failure('Lambda.Unknown', 'the function timed out')))
    })
    const result = Promise.race([run(payload), invocation.crashed]).then(
      (returned): InvokeResult => ({ status: 'succeeded', payload: returned }),
      (error: Error) => failure(error.name, error.message),
    )
    return Promise.race([result, timedOut])
  }
}

function failure(errorType: string, errorMessage: string): InvokeResult {
  return { status: 'failed', errorType, errorMessage }
}
