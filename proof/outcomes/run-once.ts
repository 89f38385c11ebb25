import { setImmediate } from 'node:timers/promises'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import type { InvokeFunction, InvokeResult } from '../../localstack/embedded/seams.ts'
import { createStepFunctions } from '../../localstack/embedded/step-functions/step-functions.ts'
import { compile } from '../../sagas/compile.ts'
import type { Shape } from '../../sagas/phases.ts'
import { titleOf } from '../../sagas/saga.ts'
import { startSaga } from '../../sagas/start-saga.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { readRow } from '../../tables/read-row.ts'
import { type SagaRecord, sagaRow } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { ManualRuntime } from '../manual-runtime.ts'
import { FaultInjector, type InjectedFault, Invocation, withFaults } from './fault-injector.ts'
import type { HarnessRun, SagaHarness, Wake } from './saga-harness.ts'

/** What became of one saga. */
export interface Outcome {
  injected: InjectedFault
  /** How often what was to inject it did. */
  happened: number
  parkings: number
  /** How its execution ended, and what it would be billed for. */
  status: string
  transitions: number
  invocations: number
  saga: SagaRecord
  store: Store
  nowMs: number
  accepted: string[]
  leftovers: string[]
}

const arn = 'arn:aws:lambda:eu-central-1:000000000000:function:run-step'
const roleArn = 'arn:aws:iam::000000000000:role/states'

/** Longer than any wait between retries, and than any time limit. */
const jumpMs = 900_000
const jumpsMax = 400
const parkingsMax = 3

/**
 * Runs one saga on the embedded Step Functions with its own clock, over the in-memory tables, and lets one injected inject it. Parked, it
 * is mended and resumed; what hung lands when all is over. Throws `Error` when it comes to no end.
 */
export async function runOnce(harness: SagaHarness, shape: Shape, injected: InjectedFault): Promise<Outcome> {
  const runtime = new ManualRuntime()
  const store = new MemoryStore()
  const injector = new FaultInjector(injected)
  const run = harness.run(injected.action === 'undo')
  const calls = new Calls(harness, run, { store, runtime, injector })
  const service = createStepFunctions({
    databasePath: ':memory:',
    invoke: calls.invoke,
    now: runtime.now,
    random: () => 0.5,
    log: { info: () => {}, warn: () => {} },
  })
  const handle = async (operation: string, input: Record<string, unknown>) =>
    (await service.handle(operation, input, { kind: 'developer' })) as Record<string, string>
  service.start()
  try {
    for (const row of run.rows) {
      const { status } = await store.write(row)
      if (status !== 'done') throw new Error(`${describeRun(harness, shape, injected)}: its rows can't be put`)
    }
    const machines = new MemoryStateMachines()
    await startSaga({ store, runtime, machines }, harness.saga, 'machine', run.start)
    const definition = JSON.stringify(compile(harness.saga, { functionArn: arn, shape }))
    const { stateMachineArn } = await handle('CreateStateMachine', { name: 'machine', roleArn, definition })
    const [started] = machines.started
    const { executionArn } = await handle('StartExecution', { stateMachineArn, input: JSON.stringify(started?.input) })
    const readSaga = async () => {
      const saga = await readRow(store, sagaRow(run.start.tenant, String(started?.input.sagaId)))
      if (!saga) throw new Error(`${describeRun(harness, shape, injected)}: the saga has no row`)
      return saga
    }

    const wake: Wake = async (token) => {
      try {
        await handle('SendTaskSuccess', { taskToken: token, output: '{}' })
        return 'delivered'
      } catch {
        return 'task-closed'
      }
    }

    let parkings = 0
    let status = 'RUNNING'
    for (let jumps = 0; status === 'RUNNING'; jumps++) {
      if (jumps > jumpsMax) throw new Error(`${describeRun(harness, shape, injected)}: still running`)
      await calls.quiet()
      await run.others?.({ store, runtime, wake })
      await calls.quiet()
      const { parking } = await readSaga()
      if (parking && calls.parked) {
        if (++parkings > parkingsMax)
          throw new Error(`${describeRun(harness, shape, injected)}: parked again and again`)
        calls.parked = false
        injector.mend()
        await wake(parking.token ?? '')
      } else {
        runtime.advance(jumpMs)
        service.wake()
        await calls.quiet()
        calls.endHanging()
      }
      status = (await handle('DescribeExecution', { executionArn })).status ?? ''
    }
    injector.release()
    await calls.quiet()
    return {
      injected,
      happened: injector.happened,
      parkings,
      status,
      transitions: service.transitions(String(executionArn)),
      invocations: calls.count,
      saga: await readSaga(),
      leftovers: (await run.leftovers?.((await readSaga()).state, store)) ?? [],
      store,
      nowMs: runtime.now(),
      accepted: run.accepted(),
    }
  } finally {
    await service.stop()
  }
}

export function describeRun(
  { saga }: SagaHarness,
  shape: Shape,
  { step, action, fault, lasts }: InjectedFault,
): string {
  return `${titleOf(saga)} (${shape}), ${fault} at each ${action} of ${step}${lasts ? '' : ', once'}`
}

/** The saga's function as Step Functions calls it. */
class Calls {
  readonly #harness: SagaHarness
  readonly #scene: HarnessRun
  readonly #around: { store: Store; runtime: ManualRuntime; injector: FaultInjector }
  readonly #hanging: (() => void)[] = []
  count = 0
  /** Whether a parking was asked for since this was set to false. */
  parked = false

  constructor(
    harness: SagaHarness,
    run: HarnessRun,
    around: { store: Store; runtime: ManualRuntime; injector: FaultInjector },
  ) {
    this.#harness = harness
    this.#scene = run
    this.#around = around
  }

  invoke: InvokeFunction = async (_, payload): Promise<InvokeResult> => {
    this.count++
    const task = payload as { action: string; steps?: string[]; undo?: string[]; awaits?: string }
    if (task.action === 'park') this.parked = true
    const { injector } = this.#around
    if (injector.strikesTask(task, 'throttled')) return failure('Lambda.TooManyRequestsException', 'Rate exceeded')
    if (injector.strikesTask(task, 'duplicate')) void this.#run(payload)
    return this.#run(payload)
  }

  /** Ends for Step Functions what hangs; its time is long over. */
  endHanging(): void {
    for (const end of this.#hanging.splice(0)) end()
  }

  /** Resolves when nothing more happens by itself. */
  async quiet(): Promise<void> {
    let before = -1
    for (let turns = 0; turns < 4; ) {
      await setImmediate()
      turns = this.count === before ? turns + 1 : 0
      before = this.count
    }
  }

  async #run(payload: unknown): Promise<InvokeResult> {
    const { store, runtime, injector } = this.#around
    const invocation = new Invocation(injector)
    const deps = {
      store: withFaults(store, invocation, this.#harness.callsOutside),
      runtime,
      outside: invocation.outside,
    }
    const timeIsUp = new Promise<InvokeResult>((resolve) => {
      this.#hanging.push(() => resolve(failure('Lambda.Unknown', 'the time is up')))
    })
    const answer = this.#scene.runner(deps)(payload)
    const result = Promise.race([answer, invocation.died]).then(
      (answered): InvokeResult => ({ status: 'succeeded', payload: answered }),
      (error: Error) => failure(error.name, error.message),
    )
    return Promise.race([result, timeIsUp])
  }
}

function failure(errorType: string, errorMessage: string): InvokeResult {
  return { status: 'failed', errorType, errorMessage }
}
