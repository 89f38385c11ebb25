import { describe, expect, it } from 'vitest'
import { chainBreaks } from '../../domain/event-chain.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { readEvents } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { Api, agent, customer, otherAgent, type ParsedResponse } from '../fixtures/api.ts'
import { withConflicts } from '../fixtures/busy-store.ts'
import { allRows } from '../fixtures/dump.ts'
import { everyOrder, runInterleaved } from '../fixtures/interleaving.ts'
import type { Person } from '../fixtures/tokens.ts'

const fifty = Array.from({ length: 50 }, (_, index) => index)
const text = { title: 'Printer on fire', body: 'It burns.' }

function busyApi() {
  const api = new Api()
  const { store, conflicts } = withConflicts(api.store, api.runtime)
  return { api, atOnce: api.withStore(store), conflicts }
}

const retryable = { status: 409, headers: { 'Retry-After': '1' }, json: { retryable: true } }

describe('50 agents writing to one ticket at once', () => {
  it('all succeed, some after a retryable 409, and their events are one chain as long as the version', async () => {
    const { api, atOnce, conflicts } = busyApi()
    const ticketId = await api.openTicket(customer)
    let waiting = fifty.map((n) => ({
      agent: { tenant: 'acme', id: `agent-${n}`, role: 'agent' } as Person,
      key: `k${n}`,
    }))
    for (let rounds = 0; waiting.length > 0 && rounds < 20; rounds++) {
      const responses = await Promise.all(
        waiting.map(({ agent, key }) =>
          atOnce.call(agent, addComment, { params: { ticketId }, body: { body: `From ${agent.id}.` }, key }),
        ),
      )
      for (const response of responses) if (response.status !== 201) expect(response).toMatchObject(retryable)
      waiting = waiting.filter((_, index) => responses[index]?.status !== 201)
    }
    expect(waiting).toEqual([])
    expect(conflicts()).toBeGreaterThan(0)
    const events = await readEvents(api.store, 'acme', { type: 'ticket', id: ticketId })
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 51 }, (_, index) => index + 1))
    expect(new Set(events.map(({ actor }) => actor)).size).toBe(51)
    expect(chainBreaks(events, await readRow(api.store, ticketRow('acme', ticketId)))).toEqual([])
    expect(events.every(({ hash }) => hash !== undefined)).toBe(true)
    expect((await api.call(customer, getTicket, { params: { ticketId } })).json.version).toBe(51)
  })
})

describe('one agent', () => {
  it('writes to 50 tickets at once without a conflict', async () => {
    const { api, atOnce, conflicts } = busyApi()
    const tickets = await Promise.all(fifty.map(() => api.openTicket(customer)))
    await api.openTicket(agent)
    const responses = await Promise.all(
      tickets.map((ticketId) => atOnce.call(agent, addComment, { params: { ticketId }, body: { body: 'Hello.' } })),
    )
    expect(responses.map(({ status }) => status)).toEqual(fifty.map(() => 201))
    expect(conflicts()).toBe(0)
  })

  it('is registered once when their first writes are to 50 tickets at once', async () => {
    const { api, atOnce } = busyApi()
    const tickets = await Promise.all(fifty.map(() => api.openTicket(customer)))
    const responses = await Promise.all(
      tickets.map((ticketId) => atOnce.call(agent, addComment, { params: { ticketId }, body: { body: 'Hello.' } })),
    )
    expect(responses.map(({ status }) => status)).toEqual(fifty.map(() => 201))
    expect(await readEvents(api.store, 'acme', { type: 'user', id: agent.id })).toHaveLength(1)
  })

  it('is assigned to 50 tickets at once without a conflict', async () => {
    const { api, atOnce, conflicts } = busyApi()
    const tickets = await Promise.all(fifty.map(() => api.openTicket(customer)))
    await Promise.all([api.openTicket(agent), api.openTicket(otherAgent)])
    const responses = await Promise.all(
      tickets.map((ticketId) =>
        atOnce.call(otherAgent, assignTicket, { params: { ticketId }, body: { userId: agent.id } }),
      ),
    )
    expect(responses.map(({ status }) => status)).toEqual(fifty.map(() => 200))
    expect(conflicts()).toBe(0)
  })
})

describe('If-Match', () => {
  it('lets exactly one of 50 concurrent writers succeed', async () => {
    const { api, atOnce } = busyApi()
    const ticketId = await api.openTicket(customer)
    const responses = await Promise.all(
      fifty.map((n) =>
        atOnce.call(customer, addComment, { params: { ticketId }, body: { body: `${n}` }, ifMatch: '"1"' }),
      ),
    )
    const statuses = Map.groupBy(responses, ({ status }) => status)
    expect([...statuses.keys()].toSorted()).toEqual([201, 412])
    expect(statuses.get(201)).toHaveLength(1)
  })

  it.each(['"9", "1"', '"1",, "9",', '"a,b" , "1"', '"ü","1"', '*'])(
    'accepts a list when one of its tags matches: %s',
    async (ifMatch) => {
      const { api } = busyApi()
      const call = { params: { ticketId: await api.openTicket(customer) }, body: { body: 'b' }, ifMatch }
      expect(await api.call(customer, addComment, call)).toMatchObject({ status: 201 })
    },
  )

  it.each(['"2"', 'W/"1"', '"01"', '""', '"1x"', '"a,1"'])(
    'refuses with 412 when no tag matches: %s',
    async (ifMatch) => {
      const { api } = busyApi()
      const call = { params: { ticketId: await api.openTicket(customer) }, body: { body: 'b' }, ifMatch }
      expect(await api.call(customer, addComment, call)).toMatchObject({ status: 412, headers: { ETag: '"1"' } })
    },
  )

  it('refuses a ticket that is being opened, as it has no version to match', async () => {
    const { api } = busyApi()
    const response = await api.call(customer, createTicket, { body: text, ifMatch: '"1"' })
    expect(response).toMatchObject({ status: 412, json: { retryable: false } })
    expect(response.headers).not.toHaveProperty('ETag')
    expect(await effects(api)).toEqual({ tickets: 0, keys: 0, events: 0, outbox: 0 })
  })
})

describe('a duplicate that races the original request', () => {
  /** A request of an unregistered actor makes four database calls: read, register, read, commit. */
  const orders = everyOrder(8)

  it('gets the same response, and there is one effect, in every interleaving of their database calls', async () => {
    const seen = new Set<string>()
    for (const order of orders) {
      const api = new Api()
      const request = { body: text, key: 'once' }
      const send = (store: Api['store']) => api.withStore(store).call(customer, createTicket, request)
      const [first, second] = await runInterleaved(api.store, send, send, order)
      expect([order, first.status, second.status]).toEqual([order, 201, 201])
      expect(second.text).toBe(first.text)
      expect(second.headers.Location).toBe(first.headers.Location)
      const replays = [first, second].map(({ headers }) => headers['Idempotent-Replayed'] ?? 'no').join()
      expect(replays).not.toBe('no,no')
      seen.add(replays)
      expect(await effects(api)).toEqual({ tickets: 1, keys: 1, events: 2, outbox: 2 })
    }
    expect(seen).toEqual(new Set(['no,true', 'true,no']))
  })

  it('is refused when its payload differs, in every interleaving of their database calls', async () => {
    for (const order of orders) {
      const api = new Api()
      const send = (title: string) => (store: Api['store']) =>
        api.withStore(store).call(customer, createTicket, { body: { ...text, title }, key: 'once' })
      const responses = await runInterleaved(api.store, send('One'), send('Two'), order)
      expect(responses.map(({ status }) => status).toSorted()).toEqual([201, 422])
      expect(await effects(api)).toEqual({ tickets: 1, keys: 1, events: 2, outbox: 2 })
    }
  })

  it('gets the same response in every interleaving even when the original made its own repetition illegal', async () => {
    for (const order of everyOrder(6)) {
      const api = new Api()
      const params = { ticketId: await api.openTicket(customer) }
      await api.call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'Out.' } })
      const request = { params, body: { to: 'closed', reason: 'Done.' }, key: 'once', ifMatch: '"2"' }
      const send = (store: Api['store']) => api.withStore(store).call(agent, changeStatus, request)
      const [first, second] = await runInterleaved(api.store, send, send, order)
      expect([order, first.status, second.status, second.text]).toEqual([order, 200, 200, first.text])
    }
  })
})

describe('two different changes that race', () => {
  it('take effect one after the other, the later one decided on the state that the earlier one left', async () => {
    for (const order of everyOrder(6)) {
      const api = new Api()
      const params = { ticketId: await api.openTicket(customer) }
      await api.openTicket(agent)
      const close = (store: Api['store']) =>
        api.withStore(store).call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'Out.' } })
      const start = (store: Api['store']) =>
        api.withStore(store).call(agent, changeStatus, { params, body: { to: 'in_progress', reason: 'On it.' } })
      const [resolved, started] = await runInterleaved<ParsedResponse, ParsedResponse>(api.store, close, start, order)
      expect(resolved.status).toBe(200)
      const { version } = (await api.call(agent, getTicket, { params })).json
      expect([started.status, version]).toEqual(started.status === 200 ? [200, 3] : [409, 2])
      const events = await readEvents(api.store, 'acme', { type: 'ticket', id: params.ticketId })
      expect(events).toHaveLength(version)
      expect(chainBreaks(events, await readRow(api.store, ticketRow('acme', params.ticketId)))).toEqual([])
    }
  })
})

describe('a change that finds nothing to change', () => {
  it('is decided again when another change is committed between its read and its commit', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    await api.openTicket(agent)
    const move = (to: string) => (store: Api['store']) =>
      api.withStore(store).call(agent, changeStatus, { params, body: { to, reason: 'r' } })
    const [open, resolved] = await runInterleaved(api.store, move('open'), move('resolved'), [0, 1, 1])
    expect(resolved).toMatchObject({ status: 200, json: { status: 'resolved', version: 2 } })
    expect(open).toMatchObject({ status: 200, json: { status: 'open', version: 3 } })
  })
})

async function effects(api: Api) {
  const headers = (await allRows(api.store, 'Tickets')).filter(({ sk }) => sk === 'HEADER')
  const [keys, events, outbox] = await Promise.all([
    allRows(api.store, 'RequestKeys'),
    allRows(api.store, 'Events'),
    allRows(api.store, 'Outbox'),
  ])
  return { tickets: headers.length, keys: keys.length, events: events.length, outbox: outbox.length }
}
