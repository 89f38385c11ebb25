import type { RowRead } from './keys.ts'
import { readRow } from './read-row.ts'
import { hasEnded, livePk, parseSaga, type SagaRecord, sagaRow, startedKey } from './sagas.ts'
import type { Query, Row, Store } from './store.ts'

/**
 * The sparse index of `Sagas` that holds the keys of those that have not ended. It is eventually consistent: {@link liveSagaRow} decides.
 */
const liveKeys = { table: 'Sagas', index: 'liveKeys' } as const

/** The keys of all tenants' sagas that have not ended, in no order. */
export const everyLiveSaga = liveKeys

/** The keys of a tenant's sagas that have not ended, newest first. `since`: only those that started at that instant or later. */
export function liveSagasQuery(tenant: string, since?: string): Query {
  // The sort key has the saga's id behind the instant, so it sorts after the instant alone.
  return { ...liveKeys, partition: livePk(tenant), ...(since && { sort: { after: since } }), descending: true }
}

/** The saga of a key that the index holds. */
export function liveSagaRow({ pk, sk }: Row): RowRead<SagaRecord> {
  return { table: liveKeys.table, key: { pk: String(pk), sk: String(sk) }, parse: parseSaga }
}

/** Exclusive start key for the page of {@link liveSagasQuery} after this saga. */
export function liveSagaPosition(tenant: string, saga: { id: string; startedAt: string }) {
  return { ...sagaRow(tenant, saga.id).key, livePk: livePk(tenant), startedSk: startedKey(saga) }
}

/** The sagas of these keys, as they are now. The index may still have one that has ended. */
export async function readLiveSagas(store: Pick<Store, 'get'>, keys: readonly Row[]): Promise<SagaRecord[]> {
  const sagas = await Promise.all(keys.map((key) => readRow(store, liveSagaRow(key))))
  return sagas.filter((saga) => saga !== undefined).filter((saga) => !hasEnded(saga))
}
