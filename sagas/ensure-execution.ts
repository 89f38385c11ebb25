import type { Runtime } from '../domain/runtime.ts'
import type { StateMachines } from '../gateways/state-machine.ts'
import { nextGeneration, type SagaRecord, type SagaRef, updateSaga } from '../tables/sagas.ts'
import type { Store } from '../tables/store.ts'
import { executionName } from './start-saga.ts'

/** Where executions of a saga start today: its machine, and the definition that the machine was compiled from. */
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
 * What came of it:
 * - `running`: its execution is there; nothing was done.
 * - `started`: it was never started, and is now.
 * - `next-generation`: its execution was lost, and the next one goes on over the same fences.
 * - `parked`: its execution was lost, and it can't go on under today's definition.
 * - `moved-on`: someone else was faster; nothing was done.
 */
export type EnsureExecutionOutcome = 'running' | 'started' | 'next-generation' | 'parked' | 'moved-on'

/**
 * Sees to it that a live saga has an execution (docs/adr/0016). `saga` is its row as just read; whatever is decided is conditional on
 * its generation, so it may be asked again, late, and twice at once. Throws when Step Functions can't tell or start.
 */
export async function ensureExecution(
  { store, runtime, machines }: EnsureExecutionDeps,
  saga: SagaRecord,
  deployed: DeployedMachine,
): Promise<EnsureExecutionOutcome> {
  const { machineArn, definition } = deployed
  const ref = { tenant: saga.tenant, id: saga.id, generation: saga.generation }
  const status = await machines.describe({ machineArn, name: executionName(ref) })
  if (status === 'running') return 'running'
  // Nothing was done yet, so today's definition can't meet fences of another one.
  const isCompatible = saga.definition === definition || saga.state === 'pending'
  if (!isCompatible) return parkUntilDeployed({ store, runtime }, saga, ref)
  if (status === 'absent' && saga.definition === definition) {
    const start = await machines.start(startOf(ref, machineArn))
    return start === 'started' ? 'started' : 'running'
  }
  const now = new Date(runtime.now()).toISOString()
  const state = saga.state === 'pending' ? 'pending' : 'running'
  const moved = await store.write(nextGeneration(ref, now, { state, definition }))
  if (moved.status === 'condition-failed') return 'moved-on'
  await machines.start(startOf({ ...ref, generation: ref.generation + 1 }, machineArn))
  return 'next-generation'
}

/** Fences of steps that today's definition has not, or has elsewhere, would be left as they are. A resume, or a deployment, tries again. */
async function parkUntilDeployed(
  { store, runtime }: Pick<EnsureExecutionDeps, 'store' | 'runtime'>,
  saga: SagaRecord,
  ref: SagaRef,
): Promise<EnsureExecutionOutcome> {
  if (saga.state === 'parked') return 'parked'
  const since = new Date(runtime.now()).toISOString()
  const reason = `its execution was lost, and its definition (${saga.definition}) is not deployed any more`
  const { status } = await store.write(
    updateSaga(ref, since, { state: 'parked', parking: { id: runtime.newId(), reason, since } }),
  )
  return status === 'done' ? 'parked' : 'moved-on'
}

function startOf(ref: SagaRef, machineArn: string) {
  const { tenant, id, generation } = ref
  return { machineArn, name: executionName(ref), input: { tenant, sagaId: id, generation } }
}
