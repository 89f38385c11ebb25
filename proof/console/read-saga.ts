import { toSagaResource } from '../../app/http/saga-resource.ts'
import type { RowKey, Saga, SagaRun } from '../../console/wire-saga.ts'
import { toSagaDefinition } from '../../infra/saga-definitions.ts'
import { definitionOf } from '../../sagas/all.ts'
import type { RowRead } from '../../tables/keys.ts'
import { readRow } from '../../tables/read-row.ts'
import { type SagaRecord, sagaRow } from '../../tables/sagas.ts'
import { stepRow } from '../../tables/step-keys.ts'
import type { Store } from '../../tables/store.ts'

/** A saga with its definition and its fences. Undefined when it is not there. */
export async function readSaga(
  store: Pick<Store, 'get'>,
  { tenant, id }: { tenant: string; id: string },
): Promise<SagaRun | undefined> {
  const read = sagaRow(tenant, id)
  const record = await readRow(store, read)
  if (!record) return undefined
  const definition = definitionOf(record)
  const fenceReads = (definition?.steps ?? []).map(
    ({ name }) => [name, stepRow({ tenant, sagaId: id, step: name })] as const,
  )
  // After the saga: what a fence says is then never older than its attempts.
  const fences = await Promise.all(
    fenceReads.map(async ([step, fence]) => [step, (await readRow(store, fence))?.state ?? 'absent'] as const),
  )
  const { parking, resumption, task } = record
  return {
    saga: toSaga(record),
    ...(definition && { definition: toSagaDefinition(definition) }),
    stored: {
      fences: Object.fromEntries(fences),
      ...(parking && { parking: { since: parking.since, ...(parking.direction && { direction: parking.direction }) } }),
      ...(resumption && { resumedAt: resumption.at }),
      ...(task && { task }),
      saga: keyOf(read),
      fenceRows: Object.fromEntries(fenceReads.map(([step, fence]) => [step, keyOf(fence)])),
    },
  }
}

/** The saga as `GET /sagas/{sagaId}` answers an admin. The compiler checks that the console knows what the API answers. */
function toSaga(record: SagaRecord): Saga {
  return toSagaResource(record, { toCustomer: false }) as Saga
}

const keyOf = ({ table, key: { pk, sk } }: RowRead<unknown>): RowKey => ({ table, pk, ...(sk !== undefined && { sk }) })
