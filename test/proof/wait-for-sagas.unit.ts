import { describe, expect, it } from 'vitest'
import { openTickets } from '../../proof/load/plan.ts'
import { waitForSagas } from '../../proof/load/wait-for-sagas.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { createSaga, updateSaga } from '../../tables/sagas.ts'

const at = '2026-01-01T00:00:00.000Z'
const run = { played: openTickets('run', 1).flatMap(({ requests }) => requests.map(played)) }
const ownTenant = run.played[0]?.request.tenant ?? ''

function played<Request>(request: Request) {
  return { request, attempts: [] }
}

async function storeWith(tenant: string, state: 'running' | 'completed' | 'parked') {
  const store = new MemoryStore()
  const aggregate = { type: 'ticket', id: 'ticket' } as const
  const facts = { name: 'notification', definition: '1', input: {}, eventId: 'event', correlationId: 'one' }
  await store.transactWrite([createSaga({ ...facts, id: 'saga', tenant, aggregate, startedAt: at })], 'create')
  await store.transactWrite([updateSaga({ tenant, id: 'saga', generation: 1 }, at, { state })], 'move')
  return store
}

describe('a load run', () => {
  it("waits for no saga of others: an upload that nobody makes is not the run's", async () => {
    expect(await waitForSagas(await storeWith('somebody-else', 'running'), run)).toBe(0)
  })

  it('counts its own that move no more', async () => {
    expect(await waitForSagas(await storeWith(ownTenant, 'running'), run, 0)).toBe(1)
  })

  it.each(['completed', 'parked'] as const)('has none left when they are %s', async (state) => {
    expect(await waitForSagas(await storeWith(ownTenant, state), run)).toBe(0)
  })
})
