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
import { Api, type ApiAnswer, admin, agent, customer, otherAgent } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'

/** How a new ticket gets into each status. */
const wayTo: Record<Status, Status[]> = {
  open: [],
  in_progress: ['in_progress'],
  waiting_for_customer: ['waiting_for_customer'],
  resolved: ['resolved'],
  closed: ['resolved', 'closed'],
}

/** CONTRACT.md's table, written down a second time on purpose. */
const allowed = new Set([
  'open → in_progress',
  'open → waiting_for_customer',
  'open → resolved',
  'in_progress → waiting_for_customer',
  'in_progress → resolved',
  'waiting_for_customer → in_progress',
  'waiting_for_customer → resolved',
  'resolved → closed',
  'resolved → open',
  'closed → open',
])

async function ticketIn(status: Status): Promise<{ api: Api; ticketId: string }> {
  const api = new Api()
  const ticketId = await api.openTicket(customer)
  for (const to of wayTo[status]) await move(api, ticketId, to)
  return { api, ticketId }
}

async function move(api: Api, ticketId: string, to: Status): Promise<ApiAnswer> {
  const answer = await api.call(agent, changeStatus, { params: { ticketId }, body: { to, reason: `To ${to}.` } })
  if (answer.status !== 200) throw new Error(answer.text)
  return answer
}

const slug = ({ json }: ApiAnswer) => json.type.split('/').at(-1)

describe('a status', () => {
  const pairs = statuses.flatMap((from) => statuses.map((to) => [from, to] as const))

  it.each(pairs)('changes along the transition table only: %s → %s', async (from, to) => {
    const { api, ticketId } = await ticketIn(from)
    await api.call(otherAgent, followTicket, { params: { ticketId, userId: otherAgent.id } })
    const before = await dumpStore(api.store)
    const version = wayTo[from].length + 1 + (from === 'closed' ? 0 : 1)
    const answer = await api.call(agent, changeStatus, { params: { ticketId }, body: { to, reason: 'Because.' } })
    if (from === to) {
      expect(answer).toMatchObject({ status: 200, json: { status: to, version } })
    } else if (allowed.has(`${from} → ${to}`)) {
      expect(answer).toMatchObject({ status: 200, headers: { ETag: `"${version + 1}"` }, json: { status: to } })
      expect(answer.json).not.toHaveProperty('body')
    } else {
      expect(answer).toMatchObject({ status: 409, json: { from, to, retryable: false } })
      expect(slug(answer)).toBe('transition-not-allowed')
      expect(await dumpStore(api.store)).toEqual(before)
    }
  })

  it('tells its reasons in the history, each with its event', async () => {
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
    ['a follower less', unfollowTicket, customer, { userId: customer.id }, undefined],
  ] as const

  it.each(changes)('changes only by being reopened: not by %s', async (_, endpoint, by, params, body) => {
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
  async function assigning(userId: string, prepare: (api: Api) => Promise<unknown> = async () => {}) {
    const { api, ticketId } = await ticketIn('open')
    await prepare(api)
    await api.call(agent, addComment, { params: { ticketId }, body: { body: 'Registered.' } })
    const before = await dumpStore(api.store)
    const answer = await api.call(agent, assignTicket, { params: { ticketId }, body: { userId } })
    return { answer, stored: JSON.stringify(await dumpStore(api.store)) !== JSON.stringify(before), api, ticketId }
  }
  const refused = { status: 422, json: { type: 'https://steadfast.dev/problems/assignee-not-assignable' } }
  const create = (id: string, role: string) => (api: Api) => api.call(admin, createUser, { body: { id, role } })

  it.each(['agent', 'admin'])('is an active %s', async (role) => {
    const { answer } = await assigning('someone', create('someone', role))
    expect(answer).toMatchObject({ status: 200, json: { assignee: 'someone', version: 3 } })
  })

  it('is not a customer', async () => {
    expect(await assigning(customer.id)).toMatchObject({ answer: refused, stored: false })
  })

  it('is not unknown', async () => {
    expect(await assigning('nobody')).toMatchObject({ answer: refused, stored: false })
  })

  it('is not deactivated', async () => {
    const prepare = async (api: Api) => {
      await create('gone', 'agent')(api)
      await api.call(admin, deactivateUser, { params: { userId: 'gone' } })
    }
    expect(await assigning('gone', prepare)).toMatchObject({ answer: refused, stored: false })
  })

  it('stays when assigned again: nothing changes', async () => {
    const { api, ticketId, answer } = await assigning(agent.id)
    const again = await api.call(agent, assignTicket, { params: { ticketId }, body: { userId: agent.id } })
    expect(again.json).toEqual(answer.json)
  })

  it('hands over to another, and the history tells from whom', async () => {
    const { api, ticketId } = await assigning(agent.id)
    await api.call(otherAgent, assignTicket, { params: { ticketId }, body: { userId: otherAgent.id } })
    const history = await api.call(agent, listEvents, { params: { ticketId } })
    expect(history.json.items.at(-1)?.data).toEqual({ assignee: otherAgent.id, previous: agent.id })
  })
})

describe('a follower', () => {
  it('is a known active user', async () => {
    const { api, ticketId } = await ticketIn('open')
    const unknown = await api.call(agent, followTicket, { params: { ticketId, userId: 'nobody' } })
    expect([unknown.status, slug(unknown)]).toEqual([422, 'follower-unknown'])
    await api.call(admin, createUser, { body: { id: 'gone', role: 'agent' } })
    await api.call(admin, deactivateUser, { params: { userId: 'gone' } })
    const deactivated = await api.call(agent, followTicket, { params: { ticketId, userId: 'gone' } })
    expect([deactivated.status, slug(deactivated)]).toEqual([422, 'follower-unknown'])
  })

  it('follows once and stops once; again changes nothing', async () => {
    const { api, ticketId } = await ticketIn('open')
    const params = { ticketId, userId: customer.id }
    const versions: number[] = []
    for (const endpoint of [followTicket, followTicket, unfollowTicket, unfollowTicket, followTicket])
      versions.push((await api.call(customer, endpoint, { params })).json.version)
    expect(versions).toEqual([2, 2, 3, 3, 4])
  })
})

describe('a change', () => {
  it('is refused when the ticket is not at the version that If-Match names', async () => {
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

  it('is refused for its If-Match before it is judged by the transition table', async () => {
    const { api, ticketId } = await ticketIn('closed')
    const call = { params: { ticketId }, body: { to: 'resolved', reason: 'r' }, ifMatch: '"1"' }
    expect((await api.call(agent, changeStatus, call)).status).toBe(412)
  })
})
