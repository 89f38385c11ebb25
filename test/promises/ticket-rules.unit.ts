import { describe, expect, it } from 'vitest'
import type { Status } from '../../domain/ticket-status.ts'
import { statuses } from '../../domain/ticket-status.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { allowedTransitions } from '../domain/ticket-status.ts'
import { Api, admin, agent, customer, otherAgent, type ParsedResponse } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'

/** The transitions that bring a new ticket into each status. */
const pathTo: Record<Status, Status[]> = {
  open: [],
  in_progress: ['in_progress'],
  waiting_for_customer: ['waiting_for_customer'],
  resolved: ['resolved'],
  closed: ['resolved', 'closed'],
}

async function ticketIn(status: Status): Promise<{ api: Api; ticketId: string }> {
  const api = new Api()
  const ticketId = await api.openTicket(customer)
  for (const to of pathTo[status]) await move(api, ticketId, to)
  return { api, ticketId }
}

async function move(api: Api, ticketId: string, to: Status): Promise<ParsedResponse> {
  const response = await api.call(agent, changeStatus, { params: { ticketId }, body: { to, reason: `To ${to}.` } })
  if (response.status !== 200) throw new Error(response.text)
  return response
}

const slug = ({ json }: ParsedResponse) => json.type.split('/').at(-1)

describe('a status', () => {
  const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const))

  it.each(pairs)('changes only along the transition table: %s → %s', async (from, to) => {
    const { api, ticketId } = await ticketIn(from)
    await api.call(otherAgent, followTicket, { params: { ticketId, userId: otherAgent.id } })
    const before = await dumpStore(api.store)
    const version = pathTo[from].length + 1 + (from === 'closed' ? 0 : 1)
    const response = await api.call(agent, changeStatus, { params: { ticketId }, body: { to, reason: 'Because.' } })
    if (from === to) {
      expect(response).toMatchObject({ status: 200, json: { status: to, version } })
    } else if (allowedTransitions.has(`${from} → ${to}`)) {
      expect(response).toMatchObject({ status: 200, headers: { ETag: `"${version + 1}"` }, json: { status: to } })
      expect(response.json).not.toHaveProperty('body')
    } else {
      expect(response).toMatchObject({ status: 409, json: { from, to, retryable: false } })
      expect(slug(response)).toBe('transition-not-allowed')
      expect(await dumpStore(api.store)).toEqual(before)
    }
  })

  it('has every change in the history, with its reason', async () => {
    const { api, ticketId } = await ticketIn('closed')
    const history = await api.call(customer, listEvents, { params: { ticketId } })
    expect(history.json.items.map(({ seq, type, actor, why }) => ({ seq, type, actor, why }))).toEqual([
      { seq: 1, type: 'ticket.opened', actor: customer.id, why: undefined },
      { seq: 2, type: 'ticket.status_changed', actor: agent.id, why: 'To resolved.' },
      { seq: 3, type: 'ticket.status_changed', actor: agent.id, why: 'To closed.' },
    ])
  })
})

describe('a closed ticket', () => {
  const changes = [
    ['a comment', addComment, customer, {}, { body: 'Still?' }],
    ['an assignment', assignTicket, agent, {}, { userId: agent.id }],
    ['a follower', followTicket, customer, { userId: customer.id }, undefined],
    ['the removal of a follower', unfollowTicket, customer, { userId: customer.id }, undefined],
  ] as const

  it.each(changes)('can only be reopened: it refuses %s', async (_, endpoint, by, params, body) => {
    const { api, ticketId } = await ticketIn('closed')
    const call = { params: { ticketId, ...params }, body }
    const before = await dumpStore(api.store)
    const refused = await api.call(by, endpoint, call)
    expect([refused.status, slug(refused)]).toEqual([409, 'ticket-closed'])
    expect(await dumpStore(api.store)).toEqual(before)
    await move(api, ticketId, 'open')
    expect((await api.call(by, endpoint, call)).status).toBeLessThan(300)
  })
})

describe('an assignee', () => {
  async function assign(userId: string, prepare: (api: Api) => Promise<unknown> = async () => {}) {
    const { api, ticketId } = await ticketIn('open')
    await prepare(api)
    await api.call(agent, addComment, { params: { ticketId }, body: { body: 'Registered.' } })
    const before = await dumpStore(api.store)
    const response = await api.call(agent, assignTicket, { params: { ticketId }, body: { userId } })
    return { response, stored: JSON.stringify(await dumpStore(api.store)) !== JSON.stringify(before), api, ticketId }
  }
  const refused = { status: 422, json: { type: 'https://steadfast.dev/problems/assignee-not-assignable' } }
  const create = (id: string, role: string) => (api: Api) => api.call(admin, createUser, { body: { id, role } })

  it.each(['agent', 'admin'])('can be an active %s', async (role) => {
    const { response } = await assign('someone', create('someone', role))
    expect(response).toMatchObject({ status: 200, json: { assignee: 'someone', version: 3 } })
  })

  it('cannot be a customer', async () => {
    expect(await assign(customer.id)).toMatchObject({ response: refused, stored: false })
  })

  it('cannot be an unknown user', async () => {
    expect(await assign('nobody')).toMatchObject({ response: refused, stored: false })
  })

  it('cannot be a deactivated user', async () => {
    const prepare = async (api: Api) => {
      await create('gone', 'agent')(api)
      await api.call(admin, deactivateUser, { params: { userId: 'gone' } })
    }
    expect(await assign('gone', prepare)).toMatchObject({ response: refused, stored: false })
  })

  it('stays the same, at the same version, when assigned again', async () => {
    const { api, ticketId, response } = await assign(agent.id)
    const again = await api.call(agent, assignTicket, { params: { ticketId }, body: { userId: agent.id } })
    expect(again.json).toEqual(response.json)
  })

  it('is replaced by the next one, and the history names the previous one', async () => {
    const { api, ticketId } = await assign(agent.id)
    await api.call(otherAgent, assignTicket, { params: { ticketId }, body: { userId: otherAgent.id } })
    const history = await api.call(agent, listEvents, { params: { ticketId } })
    expect(history.json.items.at(-1)?.data).toEqual({ assignee: otherAgent.id, previous: agent.id })
  })
})

describe('a follower', () => {
  it('must be an active user', async () => {
    const { api, ticketId } = await ticketIn('open')
    const unknown = await api.call(agent, followTicket, { params: { ticketId, userId: 'nobody' } })
    expect([unknown.status, slug(unknown)]).toEqual([422, 'follower-unknown'])
    await api.call(admin, createUser, { body: { id: 'gone', role: 'agent' } })
    await api.call(admin, deactivateUser, { params: { userId: 'gone' } })
    const deactivated = await api.call(agent, followTicket, { params: { ticketId, userId: 'gone' } })
    expect([deactivated.status, slug(deactivated)]).toEqual([422, 'follower-unknown'])
  })

  it('is added once and removed once: repeating either changes nothing', async () => {
    const { api, ticketId } = await ticketIn('open')
    const params = { ticketId, userId: customer.id }
    const versions: number[] = []
    for (const endpoint of [followTicket, followTicket, unfollowTicket, unfollowTicket, followTicket])
      versions.push((await api.call(customer, endpoint, { params })).json.version)
    expect(versions).toEqual([2, 2, 3, 3, 4])
  })
})

describe('a change', () => {
  it('is refused with 412 unless If-Match names the version of the ticket', async () => {
    const { api, ticketId } = await ticketIn('in_progress')
    const call = { params: { ticketId }, body: { body: 'Hello.' } }
    const before = await dumpStore(api.store)
    for (const ifMatch of ['"1"', '"3"', 'W/"2"', '"x"', '"02"']) {
      const refused = await api.call(customer, addComment, { ...call, ifMatch })
      expect([ifMatch, refused.status, refused.headers.ETag]).toEqual([ifMatch, 412, '"2"'])
    }
    expect(await dumpStore(api.store)).toEqual(before)
    const ifMatches = ['"2"', '"1", "3"', '*']
    for (const ifMatch of ifMatches)
      expect((await api.call(customer, addComment, { ...call, ifMatch })).status).toBe(201)
    const ticket = await api.call(customer, getTicket, { params: { ticketId } })
    expect(ticket).toMatchObject({ headers: { ETag: '"5"' }, json: { version: 5, body: 'It burns.', assignee: null } })
  })

  it('is refused for its If-Match before the transition table is consulted', async () => {
    const { api, ticketId } = await ticketIn('closed')
    const call = { params: { ticketId }, body: { to: 'resolved', reason: 'r' }, ifMatch: '"1"' }
    expect((await api.call(agent, changeStatus, call)).status).toBe(412)
  })
})
