import type { Runtime } from '../domain/runtime.ts'
import type { StateMachines } from '../gateways/state-machines.ts'
import { nextGeneration, type SagaRecord, type SagaRef, updateSaga } from '../tables/sagas.ts'
import type { Store } from '../tables/store.ts'
import { executionName, executionStart } from './start-saga.ts'

/** The state machine of a saga as deployed now, and the definition that it was compiled from. */
export interface DeployedMachine {
  machineArn: string
  definition: string
}

export interface EnsureExecutionDeps {
  store: Store
  runtime: Runtime
  machines: StateMachines
}

/**
 * Executions of one saga that may be lost before it is parked: what ten of them did not survive, the next one won't either. A resume gives
 * it one more.
 */
export const generationsMax = 10

/**
 * The outcome:
 * - `running`: the saga has an execution; nothing was done.
 * - `started`: it had none yet, and one was started.
 * - `next-generation`: its execution was lost, and the next generation continues over the same fences.
 * - `parked`: its execution was lost, and it can't continue under the deployed definition, or has lost too many.
 * - `moved-on`: another process was faster; nothing was done.
 */
export type EnsureExecutionOutcome = 'running' | 'started' | 'next-generation' | 'parked' | 'moved-on'

/**
 * Ensures that a live saga has an execution (docs/adr/0016). `saga` is its row as just read. Every write is conditional on its generation,
 * so the call may be repeated, late, and concurrent. Throws when Step Functions does not answer or does not start the execution.
 */
export async function ensureExecution(
  deps: EnsureExecutionDeps,
  saga: SagaRecord,
  deployed: DeployedMachine,
): Promise<EnsureExecutionOutcome> {
  const { store, runtime, machines } = deps
  const { machineArn, definition } = deployed
  const ref = { tenant: saga.tenant, id: saga.id, generation: saga.generation }
  const status = await machines.describe({ machineArn, name: executionName(ref) })
  if (status === 'running') return 'running'
  // A pending saga has no fences yet, so the deployed definition can't meet those of another one.
  const isCompatible = saga.definition === definition || saga.state === 'pending'
  if (!isCompatible)
    return park(
      deps,
      saga,
      ref,
      `its execution was lost, and its definition (${saga.definition}) is no longer deployed`,
    )
  // A resume gives it one more, and a generation that an operator asked for was not lost: each is an event of the saga.
  const lost = ref.generation - saga.version
  const hasLostTooMany = lost >= generationsMax && !saga.resumption
  // Step Functions forgets an execution after 90 days: one that is parked has not been waiting for its start.
  if (status === 'absent' && saga.definition === definition && !(hasLostTooMany && saga.state === 'parked')) {
    const start = await machines.start(executionStart(saga, machineArn))
    return start === 'started' ? 'started' : 'running'
  }
  if (hasLostTooMany) return park(deps, saga, ref, `it has lost ${lost} executions, one after another`)
  const now = new Date(runtime.now()).toISOString()
  const state = saga.state === 'pending' ? 'pending' : 'running'
  const moved = await store.write(nextGeneration(ref, now, { state, definition }))
  if (moved.status === 'condition-failed') return 'moved-on'
  await machines.start(executionStart({ ...saga, generation: ref.generation + 1 }, machineArn))
  return 'next-generation'
}

/**
 * Parks a saga that has no execution. Under another definition, fences of steps that it lacks would be ignored. A resume tries again, and
 * so does the reconciliation after a deployment that has the definition.
 */
async function park(
  { store, runtime }: EnsureExecutionDeps,
  saga: SagaRecord,
  ref: SagaRef,
  reason: string,
): Promise<EnsureExecutionOutcome> {
  if (saga.state === 'parked') return 'parked'
  const since = new Date(runtime.now()).toISOString()
  const parking = { id: runtime.newId(), reason, since }
  const { status } = await store.write(updateSaga(ref, since, { state: 'parked', parking }))
  return status === 'done' ? 'parked' : 'moved-on'
}
