import { describe, expect, it } from 'vitest'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { endpoints } from '../../proof/openapi/endpoints.ts'
import { Api, admin, agent, customer, otherCustomer } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'

const body = { body: 'Hello.' }

describe('a deactivated user', () => {
  const deactivated = {
    status: 403,
    json: { type: 'https://steadfast.dev/problems/user-deactivated', retryable: false },
  }

  it('can change nothing', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const before = await dumpStore(api.store)
    const comment = await api.call(customer, addComment, { params: { ticketId }, body })
    expect(comment).toMatchObject(deactivated)
    expect(await dumpStore(api.store)).toEqual(before)
  })

  const reads = endpoints.filter(({ operation, roles }) => operation.startsWith('GET') && roles !== 'anyone')

  it.each(reads.map((endpoint) => [endpoint.operation, endpoint] as const))(
    'can read nothing, whether it exists or not: %s',
    async (_, endpoint) => {
      const api = new Api()
      await api.openTicket(admin)
      const ticketId = await api.openTicket(agent)
      for (const id of [ticketId, 'nowhere']) {
        const all = { ticketId: id, userId: agent.id, commentId: id, attachmentId: id, sagaId: id, resumptionId: id }
        const names = [...endpoint.operation.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
        const call = {
          params: Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name))),
          query: endpoint.query && 'q' in endpoint.query.shape ? { q: 'word' } : {},
        }
        const leaver = { ...(endpoint.roles.includes('agent') ? agent : admin), id: `leaver-${id}` }
        expect((await api.call(leaver, endpoint, call)).json.type).not.toBe(deactivated.json.type)
        await api.openTicket(leaver)
        expect((await api.call(leaver, endpoint, call)).json.type).not.toBe(deactivated.json.type)
        await api.call(admin, deactivateUser, { params: { userId: leaver.id } })
        expect(await api.call(leaver, endpoint, call)).toMatchObject(deactivated)
      }
    },
  )

  it('can read nothing, not even in a tenant where someone else of the same id is active', async () => {
    const api = new Api()
    await api.openTicket(customer)
    await api.openTicket({ ...customer, tenant: 'globex' })
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    expect(await api.call(customer, listTickets)).toMatchObject(deactivated)
    expect((await api.call({ ...customer, tenant: 'globex' }, listTickets)).json.items).toHaveLength(1)
  })

  it('is answered the first response to a request that took effect before, but nothing about a reused key', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    const request = { params: { ticketId }, body, key: 'k' }
    const first = await api.call(customer, addComment, request)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const replayed = await api.call(customer, addComment, request)
    expect([replayed.status, replayed.text, replayed.headers['Idempotent-Replayed']]).toEqual([201, first.text, 'true'])
    expect(await api.call(customer, addComment, { ...request, body: { body: 'Other.' } })).toMatchObject(deactivated)
  })

  it('learns nothing about tickets that they may not see', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(otherCustomer)
    await api.openTicket(customer)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const seen = await api.call(customer, addComment, { params: { ticketId }, body })
    const nowhere = await api.call(customer, addComment, { params: { ticketId: 'nowhere' }, body })
    expect(seen.json.detail).toBe(nowhere.json.detail)
  })

  it('stays as they are when they are deactivated again', async () => {
    const api = new Api()
    await api.openTicket(customer)
    const first = await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const again = await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    expect([first.json, again.json]).toMatchObject([{ status: 'deactivated', version: 2 }, { version: 2 }])
  })
})
