import type { Runtime } from '../domain/runtime.ts'
import { sha256Hex } from '../domain/sha256.ts'
import { type Trace, traceOf } from '../domain/trace.ts'
import type { ExecutionStart, StateMachines } from '../gateways/state-machines.ts'
import { createSaga, parseSaga, type SagaRecord, type SagaRef } from '../tables/sagas.ts'
import type { Store } from '../tables/store.ts'
import type { Json } from './plan.ts'
import type { Saga } from './saga.ts'
import { definitionVersion } from './version.ts'

/** What a saga is started for. There is one saga per purpose (its name), event and recipient. */
export interface SagaStart extends Trace {
  /** Given when callers know the saga's id before its event is consumed. Otherwise it is derived by {@link sagaId}. */
  id?: string
  tenant: string
  aggregate: SagaRecord['aggregate']
  eventId: string
  recipient?: string
  /** Who requested what the saga does. Absent on sagas that only notify. */
  requestedBy?: string
  input: Json
}

/** Derives a saga's id from what it is started for: 160 bits in hex, so that an execution name has room for the generation. */
export function sagaId(saga: { name: string }, { tenant, eventId, recipient }: SagaStart): string {
  return sha256Hex(JSON.stringify([saga.name, tenant, eventId, recipient ?? null])).slice(0, 40)
}

/** The name of one generation's execution. Step Functions refuses a second execution of the same name. */
export function executionName({ id, generation }: SagaRef): string {
  return `${id}-${generation}`
}

/**
 * Writes the saga's row and starts its execution. A repeated call does what is missing: the row is written only where there is none, and
 * an existing execution counts as started. Throws when the outcome is unknown; then call it again.
 */
export async function startSaga(
  { store, runtime, machines }: { store: Store; runtime: Runtime; machines: StateMachines },
  saga: Saga,
  machineArn: string,
  start: SagaStart,
): Promise<'started' | 'already-started'> {
  const id = start.id ?? sagaId(saga, start)
  const created = await store.write(
    createSaga({
      ...start,
      id,
      name: saga.name,
      definition: definitionVersion(saga),
      input: saga.input.parse(start.input) as SagaRecord['input'],
      startedAt: new Date(runtime.now()).toISOString(),
    }),
  )
  const { generation, state } =
    created.status === 'condition-failed' && created.row ? parseSaga(created.row) : { generation: 1, state: 'pending' }
  if (state !== 'pending') return 'already-started'
  return machines.start(executionStart({ ...start, id, generation }, machineArn))
}

/**
 * The execution of a saga's generation. Its tasks use the first three members; the trace is for people who look at the execution, and for
 * `npm run logs`.
 */
export function executionStart(saga: SagaRef & Trace, machineArn: string): ExecutionStart {
  const { tenant, id: sagaId, generation } = saga
  return { machineArn, name: executionName(saga), input: { tenant, sagaId, generation, ...traceOf(saga) } }
}
