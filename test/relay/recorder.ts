import type { Consumer } from '../../app/consume/consumer.ts'
import type { Key, Store } from '../../tables/store.ts'

/** A consumer that records which events of an aggregate took effect, in which order, and how many effects there were. */
export function recorder(store: Store): Consumer {
  return {
    name: 'recorder',
    async handle({ tenant, aggregate, seq }) {
      const key = recordKey(tenant, aggregate.id)
      const row = await store.get({ table: 'Views', key })
      const applied = [...((row?.applied as number[] | undefined) ?? []), seq]
      return [{ kind: 'update', table: 'Views', key, set: { applied }, add: { times: 1 } }]
    },
  }
}

/** Returns the events' numbers in the order in which they took effect. Throws `Error` when one took effect twice. */
export async function recorded(store: Store, tenant: string, id: string): Promise<number[]> {
  const row = await store.get({ table: 'Views', key: recordKey(tenant, id) })
  const applied = (row?.applied ?? []) as number[]
  if ((row?.times ?? 0) !== applied.length)
    throw new Error(`${row?.times} effects for ${applied.length} events of ${id}`)
  return applied
}

function recordKey(tenant: string, id: string): Required<Key> {
  return { pk: `RECORDED#${tenant}#${id}`, sk: 'APPLIED' }
}
