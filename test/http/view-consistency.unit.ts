import { describe, expect, it } from 'vitest'
import { blockAggregate } from '../../app/consume/checkpoint.ts'
import { changeCatalog } from '../../app/views/catalog.ts'
import { reflectedWithinMs } from '../../app/views/view-reader.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { getDashboard } from '../../functions/get-dashboard/get-dashboard.ts'
import { getStats } from '../../functions/get-stats/get-stats.ts'
import { getWorkList } from '../../functions/get-work-list/get-work-list.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { searchTickets } from '../../functions/search-tickets/search-tickets.ts'
import { endpoints } from '../../proof/openapi/endpoints.ts'
import { initialCheckpoint } from '../../tables/checkpoints.ts'
import { projectionsRow } from '../../tables/projections.ts'
import { Api, agent, customer, otherCustomer, stranger } from '../fixtures/api.ts'
import { CountingObserver } from '../relay/fixtures.ts'
import { projectAll } from '../views/projecting.ts'

/** Every endpoint that answers from a read model, with what it needs to be asked. */
const views = [
  ['stats', getStats, {}],
  ['dashboard', getDashboard, {}],
  ['search', searchTickets, { q: 'printer' }],
  ['work list', getWorkList, {}],
] as const

it('is promised of every endpoint that answers from a read model', () => {
  const promised = views.map(([, endpoint]) => endpoint.operation)
  expect(endpoints.filter(({ success }) => success.isView).map(({ operation }) => operation)).toEqual(
    expect.arrayContaining(promised),
  )
  expect(endpoints.filter(({ success }) => success.isView)).toHaveLength(promised.length)
})

async function withTicket() {
  const api = new Api()
  const ticket = await api.openTicket(customer)
  return { api, ticket }
}

const comment = (api: Api, ticketId: string) =>
  api.call(agent, addComment, { params: { ticketId }, body: { body: 'Hello.' } })

async function block(api: Api, ticket: string): Promise<void> {
  const deps = { store: api.store, runtime: api.runtime, observer: new CountingObserver() }
  const checkpoint = initialCheckpoint('project-views', 'acme', { type: 'ticket', id: ticket })
  await blockAggregate(deps, { name: 'project-views' } as never, checkpoint, 1, Number.POSITIVE_INFINITY)
}

describe.each(views)('a client that reads %s after its own write', (_, endpoint, asked) => {
  it('gets an answer that reflects it, however late it is projected', async () => {
    const { api, ticket } = await withTicket()
    const { headers } = await comment(api, ticket)
    const project = async () => {
      await api.runtime.sleep(reflectedWithinMs / 2)
      await projectAll(api)
    }
    const query = { ...asked, consistentWith: String(headers.ETag), ticket }
    const [answer] = await Promise.all([api.call(agent, endpoint, { query }), project()])
    expect([answer.status, answer.headers['X-View-Sequence']]).toEqual([200, '2'])
    expect(answer.headers).not.toHaveProperty('X-View-Stale')
  })

  it('is told, after a bounded wait, to try again while it is not projected', async () => {
    const { api, ticket } = await withTicket()
    const startedAtMs = api.runtime.now()
    const answer = await api.call(agent, endpoint, { query: { ...asked, consistentWith: '"1"', ticket } })
    expect(answer).toMatchObject({ status: 503, headers: { 'Retry-After': '1' }, json: { retryable: true } })
    expect(answer.json.type).toMatch(/view-behind$/)
    expect(api.runtime.now() - startedAtMs).toBeLessThanOrEqual(reflectedWithinMs)
    await projectAll(api)
    expect((await api.call(agent, endpoint, { query: { ...asked, consistentWith: '1', ticket } })).status).toBe(200)
  })

  it('is told at once when it cannot come, because an earlier event blocks the ticket', async () => {
    const { api, ticket } = await withTicket()
    await block(api, ticket)
    const startedAtMs = api.runtime.now()
    const answer = await api.call(agent, endpoint, { query: { ...asked, consistentWith: '"1"', ticket } })
    expect(answer).toMatchObject({ status: 503, headers: { 'Retry-After': '60' }, json: { retryable: true } })
    expect(api.runtime.now()).toBe(startedAtMs)
  })

  it.each<[why: string, query: (ticket: string) => Record<string, string>, pointer: string]>([
    ['an ETag without its ticket', () => ({ consistentWith: '"1"' }), '/ticket'],
    ['a ticket without an ETag', (ticket) => ({ ticket }), '/consistentWith'],
    ['an ETag that the ticket does not have yet', (ticket) => ({ consistentWith: '"2"', ticket }), '/consistentWith'],
    [
      'a weak ETag, which this API does not issue',
      (ticket) => ({ consistentWith: 'W/"1"', ticket }),
      '/consistentWith',
    ],
    ['version 0', (ticket) => ({ consistentWith: '0', ticket }), '/consistentWith'],
    ['half a quotation', (ticket) => ({ consistentWith: '"1', ticket }), '/consistentWith'],
  ])('is refused %s', async (_why, query, pointer) => {
    const { api, ticket } = await withTicket()
    const answer = await api.call(agent, endpoint, { query: { ...asked, ...query(ticket) } })
    expect(answer.status).toBe(422)
    expect(answer.json.errors).toEqual([expect.objectContaining({ pointer })])
  })

  it("learns nothing of another tenant's tickets", async () => {
    const { api, ticket } = await withTicket()
    const ask = (id: string) => api.call(stranger, endpoint, { query: { ...asked, consistentWith: '"1"', ticket: id } })
    const [existing, absent] = [await ask(ticket), await ask('nowhere')]
    expect([existing.status, existing.json.detail]).toEqual([404, absent.json.detail])
  })
})

describe.each(views)('an answer from %s', (_, endpoint, asked) => {
  const staleness = async (api: Api) => (await api.call(agent, endpoint, { query: asked })).headers['X-View-Stale']

  it('says nothing of staleness when it has everything', async () => {
    const { api, ticket } = await withTicket()
    await comment(api, ticket)
    await projectAll(api)
    expect(await staleness(api)).toBeUndefined()
    expect(await staleness(new Api())).toBeUndefined()
  })

  it('says that it is behind when the newest ticket is not in it as it is now', async () => {
    const { api, ticket } = await withTicket()
    await projectAll(api)
    await comment(api, ticket)
    expect(await staleness(api)).toBe('behind')
    await projectAll(api)
    expect(await staleness(api)).toBeUndefined()
  })

  it('says that an event of some ticket is blocked, whichever ticket is the newest', async () => {
    const { api, ticket } = await withTicket()
    await block(api, ticket)
    api.runtime.advance(1_000)
    const newest = await api.openTicket(customer)
    await projectAll(api, ({ aggregate }) => aggregate.id === newest)
    expect(await staleness(api)).toBe('blocked')
  })
})

describe('a read model that is new on existing data', () => {
  const staleness = async (api: Api) => (await api.call(agent, getDashboard)).headers['X-View-Stale']

  it('says that it is incomplete, before the first event is projected too, and waits for nothing that it lacks', async () => {
    const { api, ticket } = await withTicket()
    await projectAll(api)
    await changeCatalog(api, () => ({}))
    const { table, key } = projectionsRow('acme', { type: 'ticket', id: ticket })
    await api.store.write({ kind: 'delete', table, key })
    expect(await staleness(api)).toBe('incomplete, behind')
    await changeCatalog(api, () => ({ dashboard: { live: 1, highest: 1, incomplete: [1] } }))
    expect(await staleness(api)).toBe('incomplete, behind')
    const startedAtMs = api.runtime.now()
    const query = { consistentWith: '"1"', ticket }
    expect(await api.call(agent, getDashboard, { query })).toMatchObject({
      status: 503,
      headers: { 'Retry-After': '60' },
    })
    expect(api.runtime.now()).toBe(startedAtMs)
    expect((await api.call(agent, getStats, { query })).status).toBe(200)
  })
})

describe('a ticket that no consumer has seen yet', () => {
  it('is in a list, which is read from the truth, while the counts lack it and say so', async () => {
    const { api, ticket } = await withTicket()
    const listed = await api.call(agent, listTickets)
    expect(listed.json.items.map(({ id }) => id)).toEqual([ticket])
    const counted = await api.call(agent, getStats)
    expect([counted.json.counts, counted.headers['X-View-Stale']]).toEqual([
      expect.objectContaining({ open: 0 }),
      'behind',
    ])
  })
})

describe('a customer', () => {
  const search = async (api: Api) => (await api.call(customer, searchTickets, { query: { q: 'printer' } })).headers

  it('is told only of own tickets that a search lacks', async () => {
    const api = new Api()
    await api.openTicket(customer)
    await projectAll(api)
    await api.openTicket(otherCustomer)
    expect(await search(api)).not.toHaveProperty('X-View-Stale')
    await api.openTicket(customer)
    expect((await search(api))['X-View-Stale']).toBe('behind')
  })

  it("cannot wait for another customer's write", async () => {
    const api = new Api()
    const ticket = await api.openTicket(otherCustomer)
    const query = { q: 'printer', consistentWith: '"1"', ticket }
    expect((await api.call(customer, searchTickets, { query })).status).toBe(404)
  })
})
