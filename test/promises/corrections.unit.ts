import { describe, expect, it } from 'vitest'
import { isNotified } from '../../domain/recipients.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { parseEvent } from '../../tables/events.ts'
import type { Store } from '../../tables/store.ts'
import { Api, admin, agent, customer, otherAgent, type ParsedResponse } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'

const ofStoredTickets = invariants.filter(({ number }) => [1, 2, 3, 4, 5, 29].includes(number))

/** A ticket that was assigned to alan by event 2, by mistake. */
async function wronglyAssigned() {
  const api = new Api()
  for (const { id } of [agent, otherAgent]) await api.call(admin, createUser, { body: { id, role: 'agent' } })
  const ticketId = await api.openTicket(customer)
  const params = { ticketId }
  await api.call(agent, assignTicket, { params, body: { userId: otherAgent.id } })
  const correct = (seq: number, to: object, more: object = {}, { key, store }: { key?: string; store?: Store } = {}) =>
    (store ? api.withStore(store) : api).call(admin, correctTicket, {
      params,
      body: { corrects: { seq }, to, reason: 'Release 7 mixed up names.', ...more },
      ...(key && { key }),
    })
  const move = (to: string) => api.call(agent, changeStatus, { params, body: { to, reason: 'Because.' } })
  const broken = async () => {
    const evidence = await gatherEvidence(api.store, api.runtime.now())
    return ofStoredTickets.flatMap(({ number, violations }) => violations(evidence).map((found) => [number, found]))
  }
  return { api, params, correct, move, broken }
}

const slug = ({ json }: ParsedResponse) => json.type.split('/').at(-1)

describe('a correction', () => {
  it('is an event that says what it corrects, from what to what, and why; the wrong event stays', async () => {
    const { api, params, correct, broken } = await wronglyAssigned()
    const corrected = await correct(2, { assignee: agent.id })
    expect(corrected).toMatchObject({ status: 200, headers: { ETag: '"3"' }, json: { assignee: 'agnes', version: 3 } })
    const { items } = (await api.call(customer, listEvents, { params })).json
    expect(items.map(({ seq, type, data, actor, why }) => ({ seq, type, data, actor, why }))).toMatchObject([
      { seq: 1, type: 'ticket.opened' },
      { seq: 2, type: 'ticket.assigned', data: { assignee: 'alan' } },
      {
        seq: 3,
        type: 'ticket.corrected',
        actor: admin.id,
        why: 'Release 7 mixed up names.',
        data: { corrects: { seq: 2 }, from: { assignee: 'alan' }, to: { assignee: 'agnes' } },
      },
    ])
    expect(await broken()).toEqual([])
  })

  it('takes effect once per key, and a duplicate gets the first answer when the fact has changed since', async () => {
    const { api, params, correct } = await wronglyAssigned()
    const first = await correct(2, { assignee: agent.id }, {}, { key: 'once' })
    await api.call(agent, assignTicket, { params, body: { userId: otherAgent.id } })
    const before = await dumpStore(api.store)
    const second = await correct(2, { assignee: agent.id }, {}, { key: 'once' })
    expect([second.text, second.headers['Idempotent-Replayed']]).toEqual([first.text, 'true'])
    expect(await dumpStore(api.store)).toEqual(before)
  })

  it('changes nothing where the ticket is right already', async () => {
    const { correct } = await wronglyAssigned()
    await correct(2, { assignee: agent.id })
    expect(await correct(2, { assignee: agent.id, priority: 'normal' })).toMatchObject({
      status: 200,
      json: { version: 3 },
    })
  })

  it('loses to a later change, even to one that set the same wrong value on purpose', async () => {
    const { api, params, correct } = await wronglyAssigned()
    await api.call(agent, assignTicket, { params, body: { userId: agent.id } })
    await api.call(agent, assignTicket, { params, body: { userId: otherAgent.id } })
    const before = await dumpStore(api.store)
    const refused = await correct(2, { assignee: agent.id })
    expect(refused).toMatchObject({ status: 409, json: { causeSeq: 4, retryable: false } })
    expect([slug(refused), refused.json.detail]).toEqual([
      'not-the-cause',
      'The ticket has its assignee from event 4, not from event 2. It stays as it is: read the history of the ticket.',
    ])
    expect(await dumpStore(api.store)).toEqual(before)
  })

  it('loses to a change that commits while it is decided', async () => {
    const { api, params, correct } = await wronglyAssigned()
    let interfered = false
    const store: Store = Object.assign(Object.create(api.store), {
      transactRead: (...reads: Parameters<Store['transactRead']>) => api.store.transactRead(...reads),
      batchRead: (...reads: Parameters<Store['batchRead']>) => api.store.batchRead(...reads),
      query: (query: Parameters<Store['query']>[0]) => api.store.query(query),
      async transactWrite(...write: Parameters<Store['transactWrite']>) {
        if (!interfered) {
          interfered = true
          const answer = await api.call(agent, assignTicket, { params, body: { userId: agent.id } })
          expect(answer.status).toBe(200)
        }
        return api.store.transactWrite(...write)
      },
    })
    const refused = await correct(2, { assignee: null }, {}, { store })
    expect([refused.status, slug(refused), refused.json.causeSeq]).toEqual([409, 'not-the-cause', 3])
    expect((await api.call(agent, getTicket, { params })).json.assignee).toBe(agent.id)
  })

  it('of an event that does not exist, or says nothing about the fact, is refused', async () => {
    const { api, params, correct } = await wronglyAssigned()
    await api.call(agent, addComment, { params, body: { body: 'Hello.' } })
    for (const seq of [3, 4, 9_999_999_999]) {
      const refused = await correct(seq, { assignee: agent.id })
      expect([refused.status, slug(refused), refused.json.causeSeq]).toEqual([409, 'not-the-cause', undefined])
    }
  })

  it('can itself be corrected', async () => {
    const { correct, broken } = await wronglyAssigned()
    await correct(2, { assignee: null })
    expect(await correct(2, { assignee: agent.id })).toMatchObject({ status: 409, json: { causeSeq: 3 } })
    expect(await correct(3, { assignee: agent.id })).toMatchObject({ status: 200, json: { assignee: 'agnes' } })
    expect(await broken()).toEqual([])
  })

  it('sets several facts of one event at once', async () => {
    const { correct, broken } = await wronglyAssigned()
    const both = await correct(1, { priority: 'urgent', assignee: null })
    expect([both.status, slug(both)]).toEqual([409, 'not-the-cause'])
    expect(await correct(1, { priority: 'urgent' })).toMatchObject({ status: 200, json: { priority: 'urgent' } })
    expect(await broken()).toEqual([])
  })

  it('assigns to nobody who could not be assigned', async () => {
    const { api, correct } = await wronglyAssigned()
    await api.call(admin, deactivateUser, { params: { userId: agent.id } })
    for (const assignee of [agent.id, customer.id, 'nobody']) {
      const refused = await correct(2, { assignee })
      expect(refused).toMatchObject({ status: 422, json: { errors: [{ pointer: '/to/assignee' }] } })
    }
  })

  it('takes a status back to the one before the event, past the transition table, and to no other', async () => {
    const { correct, move, broken } = await wronglyAssigned()
    await move('in_progress')
    await move('resolved')
    const elsewhere = await correct(4, { status: 'waiting_for_customer' })
    expect([elsewhere.status, slug(elsewhere)]).toEqual([409, 'transition-not-allowed'])
    expect(await correct(4, { status: 'in_progress' })).toMatchObject({ status: 200, json: { status: 'in_progress' } })
    expect((await correct(1, { status: 'closed' })).status).toBe(409)
    expect(await broken()).toEqual([])
  })

  it('reaches a closed ticket, which stays closed unless its closing is what is corrected', async () => {
    const { api, params, correct, move, broken } = await wronglyAssigned()
    await move('resolved')
    await move('closed')
    expect(await correct(1, { priority: 'low' })).toMatchObject({ status: 200, json: { status: 'closed' } })
    expect((await api.call(agent, addComment, { params, body: { body: 'Hello.' } })).status).toBe(409)
    expect(await correct(4, { status: 'resolved' })).toMatchObject({ status: 200, json: { status: 'resolved' } })
    expect((await api.call(agent, addComment, { params, body: { body: 'Hello.' } })).status).toBe(201)
    expect(await broken()).toEqual([])
  })

  it('notifies nobody, unless that is asked for', async () => {
    const { api, correct } = await wronglyAssigned()
    await correct(1, { priority: 'high' })
    await correct(2, { assignee: agent.id }, { notify: true })
    const events = (await allRows(api.store, 'Events')).map(parseEvent)
    const corrections = events.filter(({ type }) => type === 'ticket.corrected')
    expect(corrections.map((event) => [event.data, isNotified(event)])).toMatchObject([
      [{ to: { priority: 'high' } }, false],
      [{ to: { assignee: 'agnes' }, notify: true }, true],
    ])
  })
})
