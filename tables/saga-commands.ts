import type { Change } from '../domain/decision.ts'
import type { Condition } from './condition.ts'
import { ofOneGeneration, sagaRow } from './sagas.ts'
import type { Write } from './store.ts'

/** What operators' commands write to a row of `Sagas`. Each is one event of the saga, whose `version` counts them. */
const table = 'Sagas'

/**
 * Records that an operator resumed a parked saga: once, and only the named parking. `version` is the saga's version after it. The
 * parking is kept until the execution continues, as its token wakes it.
 */
export function resumeSaga(
  tenant: string,
  { sagaId, parkingId, version, at, eventHash }: Change & { operation: 'resume' },
): Write {
  const when: Condition = {
    all: [
      { attribute: 'parkingId', equals: parkingId },
      { attribute: 'version', equals: version - 1 },
    ],
  }
  const set = { state: 'running', version, eventHash, resumption: { parkingId, at }, touchedAt: at }
  return { kind: 'update', table, key: sagaRow(tenant, sagaId).key, set, remove: ['parkingId'], when }
}

/**
 * Gives a saga that waits for a retry its next generation, whose execution is started after that. The condition is that no attempt runs and
 * nothing is held: an attempt that begins first wins, and one that begins later is refused as superseded, so no outside call is made twice.
 */
export function runSagaNow(
  tenant: string,
  { sagaId, generation, version, at, eventHash }: Change & { operation: 'run-now' },
): Write {
  const when: Condition = {
    all: [
      { attribute: 'generation', equals: generation },
      { attribute: 'version', equals: version - 1 },
      { attribute: 'state', equals: 'running' },
      { attribute: 'task', is: 'absent' },
      { attribute: 'resumption', is: 'absent' },
      { attribute: 'held', is: 'absent' },
    ],
  }
  const set = { generation: generation + 1, version, eventHash, touchedAt: at }
  return { kind: 'update', table, key: sagaRow(tenant, sagaId).key, set, remove: [...ofOneGeneration], when }
}
