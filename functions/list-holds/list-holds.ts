import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { HoldResource } from '../../app/http/hold-resource.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { StackHold } from '../../domain/hold.ts'
import { liveSagasQuery, readLiveSagas } from '../../tables/live-sagas.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { readRow } from '../../tables/read-row.ts'
import type { SagaRecord } from '../../tables/sagas.ts'
import { holdsRow } from '../../tables/settings.ts'
import { stackHoldRow } from '../../tables/stack-hold.ts'
import type { Store } from '../../tables/store.ts'

/** Live sagas of which those that wait are counted: their keys, and a read of each. */
export const countedSagasMax = 100

const waiting = {
  waiting: z
    .int()
    .nonnegative()
    .meta({
      description: `How many sagas wait for it, among the ${countedSagasMax} of the tenant that began first and have not ended.`,
    }),
  waitingIsAtLeast: z.literal(true).optional().meta({
    description:
      'Present where the tenant has more sagas that have not ended: then more may wait. `GET /sagas?heldFor=` lists all.',
  }),
}

const HoldList = z
  .strictObject({
    items: z.array(
      HoldResource.extend(waiting).meta({
        id: 'ListedHold',
        description: 'What is held, and how many sagas wait for it.',
      }),
    ),
    everything: StackHold.omit({ by: true }).extend(waiting).optional().meta({
      description:
        'Present while the operators of the stack hold everything, of all tenants: nothing is called, whatever the tenant holds or releases. Here all count that wait for anything.',
    }),
  })
  .meta({ id: 'HoldList', description: 'What the tenant holds, the oldest first.' })

/** What the tenant holds: few, so all at once. Who operates the stack is not for tenants to know. */
export const listHolds = readEndpoint('list-holds', {
  summary: 'List the held dependencies, and how many sagas wait',
  roles: admins,
  async respond({ caller: { tenant } }, store) {
    const [stack, own] = await Promise.all([readRow(store, stackHoldRow), readRow(store, holdsRow(tenant))])
    const { by: _, ...everything } = stack?.hold ?? {}
    const holds = own?.holds ?? []
    if (!stack?.hold && holds.length === 0) return jsonResponse({ items: [] })
    const counted = await countWaiting(store, tenant)
    return jsonResponse({
      items: holds.map((hold) => ({ ...hold, ...counted(({ dependency }) => dependency === hold.dependency) })),
      ...(stack?.hold && { everything: { ...everything, ...counted(() => true) } }),
    })
  },
  success: { status: 200, schema: HoldList },
})

/** Who has waited longest is among those that began first. */
async function countWaiting(store: Store, tenant: string) {
  const wanted = countedSagasMax + 1
  const keys = await queryRows(store, { ...liveSagasQuery(tenant), descending: false, limit: wanted }, wanted)
  const counted = await readLiveSagas(store, keys.slice(0, countedSagasMax))
  const held = counted.flatMap((saga) => (saga.held ? [saga.held] : []))
  return (isWanted: (held: NonNullable<SagaRecord['held']>) => boolean) => ({
    waiting: held.filter(isWanted).length,
    ...(keys.length > countedSagasMax && { waitingIsAtLeast: true }),
  })
}
