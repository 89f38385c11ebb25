import { describe, expect, it } from 'vitest'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { getUser } from '../../functions/get-user/get-user.ts'
import { readEvents } from '../../tables/events.ts'
import { Api, admin, agent, customer, otherAgent } from '../fixtures/api.ts'

const body = { body: 'Hello.' }

describe('a person with a valid token', () => {
  it('is registered as a user by their first write, exactly once and with an event', async () => {
    const api = new Api()
    await Promise.all([api.openTicket(customer), api.openTicket(customer), api.openTicket(customer)])
    const user = await api.call(customer, getUser, { params: { userId: customer.id } })
    expect(user).toMatchObject({ status: 200, headers: { ETag: '"1"' } })
    expect(user.json).toMatchObject({ id: customer.id, role: 'customer', status: 'active', name: null, email: null })
    const events = await readEvents(api.store, 'acme', { type: 'user', id: customer.id })
    expect(events).toMatchObject([{ type: 'user.registered', seq: 1, actor: customer.id }])
  })

  it('can assign a ticket to themselves, or follow it, with their first write', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    const assigned = await api.call(agent, assignTicket, { params: { ticketId }, body: { userId: agent.id } })
    expect(assigned).toMatchObject({ status: 200, json: { assignee: agent.id } })
    expect((await api.call(otherAgent, followTicket, { params: { ticketId, userId: otherAgent.id } })).status).toBe(200)
  })

  it('is not registered by a write that is refused', async () => {
    const api = new Api()
    const response = await api.call(agent, addComment, { params: { ticketId: 'nowhere' }, body })
    expect(response.status).toBe(404)
    expect((await api.call(admin, getUser, { params: { userId: agent.id } })).status).toBe(404)
  })

  it('is completed by an admin, once, with an e-mail address that nobody else has', async () => {
    const api = new Api()
    await api.openTicket(customer)
    const create = { body: { id: customer.id, role: 'customer', name: 'Carla', email: 'Carla@example.com' } }
    const created = await api.call(admin, createUser, create)
    expect(created).toMatchObject({ status: 201, headers: { ETag: '"2"', Location: '/api/users/carla' } })
    expect(await api.call(admin, createUser, create)).toMatchObject({ status: 409 })
    const taken = await api.call(admin, createUser, { body: { id: 'x', role: 'agent', email: 'carla@EXAMPLE.com' } })
    expect(taken.json).toMatchObject({ type: expect.stringMatching('email-taken'), retryable: false })
  })

  it.each([`${'l'.repeat(65)}@example.com`, `a@${'d'.repeat(64)}.com`, 'a@b-.com'])(
    'has no e-mail address to which no mail could be sent: %s',
    async (email) => {
      const refused = await new Api().call(admin, createUser, { body: { id: 'x', role: 'agent', email } })
      expect(refused).toMatchObject({ status: 422, json: { errors: [{ pointer: '/email' }] } })
    },
  )

  it('has an e-mail address of their own, even when it is requested for three people at once', async () => {
    const api = new Api()
    await api.openTicket(admin)
    const create = (id: string) =>
      api.call(admin, createUser, { body: { id, role: 'agent', email: 'one@example.com' } })
    const statuses = (await Promise.all(['a', 'b', 'c'].map(create))).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([201, 409, 409])
  })
})
