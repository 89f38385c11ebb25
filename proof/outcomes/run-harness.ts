import { createStepFunctions } from 'embedded-aws/step-functions'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { compile } from '../../sagas/compile.ts'
import type { Shape } from '../../sagas/phases.ts'
import { titleOf } from '../../sagas/saga.ts'
import { startSaga } from '../../sagas/start-saga.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { readRow } from '../../tables/read-row.ts'
import { type SagaRecord, sagaRow } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { ManualRuntime } from '../manual-runtime.ts'
import { FaultInjector, type InjectedFault } from './fault-injector.ts'
import { SagaFunction } from './saga-function.ts'
import type { SagaHarness, SucceedCallback } from './saga-harness.ts'

/** A saga run that has ended. */
export interface HarnessResult {
  injected: InjectedFault
  timesInjected: number
  parkings: number
  /** The status of its Step Functions execution. */
  executionStatus: string
  /** Billed state transitions. */
  transitions: number
  /** Lambda invocations. */
  invocations: number
  saga: SagaRecord
  store: Store
  nowMs: number
  acceptedIds: string[]
  endStateProblems: string[]
}

const functionArn = 'arn:aws:lambda:eu-central-1:000000000000:function:run-step'
const roleArn = 'arn:aws:iam::000000000000:role/states'

/** How far the clock advances when nothing else can happen: longer than any delay between retries and any timeout. */
const jumpMs = 900_000
const jumpsMax = 400
const parkingsMax = 3

/**
 * Runs a saga once, with one injected fault, on the embedded Step Functions with a clock of its own and over the in-memory tables. When
 * the saga is parked, the fault is removed and the saga resumed. Held calls take effect when the saga has ended. Throws `Error` when it
 * does not end.
 */
export async function runHarness(harness: SagaHarness, shape: Shape, injected: InjectedFault): Promise<HarnessResult> {
  const runtime = new ManualRuntime()
  const store = new MemoryStore()
  const injector = new FaultInjector(injected)
  const setup = harness.setUp(injected.action === 'undo')
  const sagaFunction = new SagaFunction(harness, setup, { store, runtime, injector })
  const service = createStepFunctions({
    databasePath: ':memory:',
    invoke: sagaFunction.invoke,
    now: runtime.now,
    random: () => 0.5,
    log: { info: () => {}, warn: () => {} },
  })
  const callService = async (operation: string, input: Record<string, unknown>) =>
    (await service.handle(operation, input, { kind: 'developer' })) as Record<string, string>
  const fail = (problem: string): never => {
    throw new Error(`${describeRun(harness, shape, injected)}: ${problem}`)
  }
  service.start()
  try {
    for (const row of setup.rows) {
      const { status } = await store.write(row)
      if (status !== 'done') fail(`a row of the setup was not written: ${status}`)
    }
    const machines = new MemoryStateMachines()
    await startSaga({ store, runtime, machines }, harness.saga, 'machine', setup.start)
    const definition = JSON.stringify(compile(harness.saga, { functionArn, shape }))
    const { stateMachineArn } = await callService('CreateStateMachine', { name: 'machine', roleArn, definition })
    const [started] = machines.started
    const input = JSON.stringify(started?.input)
    const { executionArn } = await callService('StartExecution', { stateMachineArn, input })
    const readSaga = async () =>
      (await readRow(store, sagaRow(setup.start.tenant, String(started?.input.sagaId)))) ?? fail('the saga has no row')

    const succeedCallback: SucceedCallback = async (token) => {
      try {
        await callService('SendTaskSuccess', { taskToken: token, output: '{}' })
        return 'delivered'
      } catch {
        return 'task-closed'
      }
    }

    let parkings = 0
    let executionStatus = 'RUNNING'
    for (let jumps = 0; executionStatus === 'RUNNING'; jumps++) {
      if (jumps > jumpsMax) fail('it is still running')
      await sagaFunction.untilIdle()
      await setup.actWhileWaiting?.({ store, runtime, succeedCallback })
      await sagaFunction.untilIdle()
      const { parking } = await readSaga()
      if (parking && sagaFunction.parkRequested) {
        if (++parkings > parkingsMax) fail(`it was parked more than ${parkingsMax} times`)
        sagaFunction.parkRequested = false
        injector.removeFault()
        await succeedCallback(parking.token ?? '')
      } else {
        runtime.advance(jumpMs)
        service.wake()
        await sagaFunction.untilIdle()
        sagaFunction.timeOutHanging()
      }
      executionStatus = (await callService('DescribeExecution', { executionArn })).status ?? ''
    }
    injector.release()
    await sagaFunction.untilIdle()
    const saga = await readSaga()
    return {
      injected,
      timesInjected: injector.timesInjected,
      parkings,
      executionStatus,
      transitions: service.transitions(String(executionArn)),
      invocations: sagaFunction.invocations,
      saga,
      store,
      nowMs: runtime.now(),
      acceptedIds: setup.acceptedIds(),
      endStateProblems: (await setup.findEndStateProblems?.(saga.state, store)) ?? [],
    }
  } finally {
    await service.stop()
  }
}

/** Such as `webhook (phases), timeout at each do of deliver`. */
export function describeRun(
  { saga }: SagaHarness,
  shape: Shape,
  { step, action, fault, isPersistent }: InjectedFault,
): string {
  return `${titleOf(saga)} (${shape}), ${fault} at ${isPersistent ? 'each' : 'one'} ${action} of ${step}`
}
