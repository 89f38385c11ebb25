import { describe, expect, it } from 'vitest'
import { ticketSessions } from '../../proof/load/plan.ts'
import { waitForSagas } from '../../proof/load/wait-for-sagas.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { createSaga, updateSaga } from '../../tables/sagas.ts'

const at = '2026-01-01T00:00:00.000Z'
const requests = ticketSessions('run', 1).flatMap((session) => session.requests)
const run = { results: requests.map((request) => ({ request, attempts: [] })) }
const tenantOfRun = requests[0]?.tenant ?? ''

async function storeWith(tenant: string, state: 'running' | 'completed' | 'parked') {
  const store = new MemoryStore()
  const aggregate = { type: 'ticket', id: 'ticket' } as const
  const facts = { name: 'notification', definition: '1', input: {}, eventId: 'event', correlationId: 'one' }
  await store.transactWrite([createSaga({ ...facts, id: 'saga', tenant, aggregate, startedAt: at })], 'create')
  await store.transactWrite([updateSaga({ tenant, id: 'saga', generation: 1 }, at, { state })], 'move')
  return store
}

describe('a load run', () => {
  it('does not wait for sagas of other tenants, which may wait for an upload', async () => {
    expect(await waitForSagas(await storeWith('another-tenant', 'running'), run)).toBe(0)
  })

  it('counts sagas of its own tenants that make no progress', async () => {
    expect(await waitForSagas(await storeWith(tenantOfRun, 'running'), run, 0)).toBe(1)
  })

  it.each(['completed', 'parked'] as const)('counts no saga that is %s', async (state) => {
    expect(await waitForSagas(await storeWith(tenantOfRun, state), run)).toBe(0)
  })
})
