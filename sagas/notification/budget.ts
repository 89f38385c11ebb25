import { releaseSend, reserveSend, type SendReservation, sendCounterRow, sendShards } from '../../tables/quotas.ts'
import type { Store } from '../../tables/store.ts'
import { type Plan, refuse, type UndoPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'

/** One send of the tenant's hour. Begins at a shard of the saga's own, and looks into the others when that one is used up. */
export async function reserveBudget({ saga, store, nowMs }: StepContext): Promise<Plan<SendReservation>> {
  const first = Number.parseInt(saga.id.slice(0, 6), 16) % sendShards
  for (let offset = 0; offset < sendShards; offset++) {
    const shard = (first + offset) % sendShards
    const reserved = reserveSend(saga.tenant, shard, await readCounter(store, saga.tenant, shard), nowMs)
    if (reserved) return write([reserved.write], reserved.reservation)
  }
  return refuse('the sends of this hour are used up')
}

export async function releaseBudget({
  saga,
  store,
  result,
}: StepContext & { result: SendReservation | undefined }): Promise<UndoPlan> {
  if (!result) return { plan: 'skip' }
  const released = releaseSend(saga.tenant, result, await readCounter(store, saga.tenant, result.shard))
  return { plan: 'write', writes: released ? [released] : [] }
}

async function readCounter(store: Store, tenant: string, shard: number) {
  const { parse, ...read } = sendCounterRow(tenant, shard)
  const row = await store.get(read)
  return row && parse(row)
}
