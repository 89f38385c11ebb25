import { describe, expect, it } from 'vitest'
import { listBlockedAggregates } from '../../functions/list-blocked-aggregates/list-blocked-aggregates.ts'
import { advanceCheckpoint, blockCheckpoint, initialCheckpoint, replaceCheckpoint } from '../../tables/checkpoints.ts'
import { Api, admin, agent, customer, stranger } from '../fixtures/api.ts'

const { tenant } = admin
const ticket = { type: 'ticket', id: 'T1' } as const
const user = { type: 'user', id: 'auth0|carla@example.com' } as const

async function blocked(api: Api, consumer: string, aggregate: typeof ticket | typeof user, seen = 1) {
  const before = initialCheckpoint(consumer, tenant, aggregate)
  const after = blockCheckpoint(before, seen)
  await api.store.write(replaceCheckpoint(before, after))
  return after
}

describe('the list of blocked aggregates', () => {
  const list = (api: Api, person: typeof admin = admin, query = {}) =>
    api.call(person, listBlockedAggregates, { query })

  it('says where each is blocked, at which event, and what waits behind it', async () => {
    const api = new Api()
    await blocked(api, 'project-views', ticket, 4)
    await blocked(api, 'unassign-tickets', user)
    expect((await list(api)).json.items).toEqual([
      { id: expect.any(String), consumer: 'project-views', aggregate: ticket, blockedAt: 1, highestSeen: 4 },
      { id: expect.any(String), consumer: 'unassign-tickets', aggregate: user, blockedAt: 1, highestSeen: 1 },
    ])
  })

  it('goes on behind any of them, and lists those of one aggregate once each', async () => {
    const api = new Api()
    for (const consumer of ['project-views', 'unassign-tickets'])
      for (const aggregate of [ticket, user]) await blocked(api, consumer, aggregate)
    const seen: unknown[] = []
    let cursor: unknown
    do {
      const { json } = await list(api, admin, { limit: '1', ...(typeof cursor === 'string' && { cursor }) })
      seen.push(...json.items.map(({ consumer, aggregate }) => `${consumer} ${(aggregate as typeof ticket).type}`))
      cursor = json.nextCursor
    } while (cursor !== undefined)
    expect(seen.toSorted()).toEqual([
      'project-views ticket',
      'project-views user',
      'unassign-tickets ticket',
      'unassign-tickets user',
    ])
  })

  it('is empty once they have caught up', async () => {
    const api = new Api()
    const before = await blocked(api, 'project-views', ticket)
    await api.store.write(replaceCheckpoint(before, advanceCheckpoint(before)))
    expect((await list(api)).json.items).toEqual([])
  })

  it('is for admins of the tenant', async () => {
    const api = new Api()
    await blocked(api, 'project-views', ticket)
    expect((await list(api, agent)).status).toBe(403)
    expect((await list(api, customer)).status).toBe(403)
    expect((await list(api, { ...stranger, role: 'admin' })).json.items).toEqual([])
  })
})
