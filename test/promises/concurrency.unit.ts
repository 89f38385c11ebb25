import { describe, expect, it } from 'vitest'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { readEvents } from '../../tables/events.ts'
import { Api, type ApiAnswer, agent, customer, otherAgent } from '../fixtures/api.ts'
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

describe('50 agents who write to one ticket at once', () => {
  it('all land, or are told to try again and land then; versions are as many as events', async () => {
    const { api, atOnce, conflicts } = busyApi()
    const ticketId = await api.openTicket(customer)
    let waiting = fifty.map((n) => ({
      agent: { tenant: 'acme', id: `agent-${n}`, role: 'agent' } as Person,
      key: `k${n}`,
    }))
    for (let rounds = 0; waiting.length > 0 && rounds < 20; rounds++) {
      const answers = await Promise.all(
        waiting.map(({ agent, key }) =>
          atOnce.call(agent, addComment, { params: { ticketId }, body: { body: `From ${agent.id}.` }, key }),
        ),
      )
      for (const answer of answers) if (answer.status !== 201) expect(answer).toMatchObject(retryable)
      waiting = waiting.filter((_, index) => answers[index]?.status !== 201)
    }
    expect(waiting).toEqual([])
    expect(conflicts()).toBeGreaterThan(0)
    const events = await readEvents(api.store, 'acme', { type: 'ticket', id: ticketId })
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 51 }, (_, index) => index + 1))
    expect(new Set(events.map(({ actor }) => actor)).size).toBe(51)
    expect((await api.call(customer, getTicket, { params: { ticketId } })).json.version).toBe(51)
  })
})

describe('one agent', () => {
  it('writes to 50 tickets at once without being in its own way', async () => {
    const { api, atOnce, conflicts } = busyApi()
    const tickets = await Promise.all(fifty.map(() => api.openTicket(customer)))
    await api.openTicket(agent)
    const answers = await Promise.all(
      tickets.map((ticketId) => atOnce.call(agent, addComment, { params: { ticketId }, body: { body: 'Hello.' } })),
    )
    expect(answers.map(({ status }) => status)).toEqual(fifty.map(() => 201))
    expect(conflicts()).toBe(0)
  })

  it('writes to 50 tickets at once by its first writes, and is registered once', async () => {
    const { api, atOnce } = busyApi()
    const tickets = await Promise.all(fifty.map(() => api.openTicket(customer)))
    const answers = await Promise.all(
      tickets.map((ticketId) => atOnce.call(agent, addComment, { params: { ticketId }, body: { body: 'Hello.' } })),
    )
    expect(answers.map(({ status }) => status)).toEqual(fifty.map(() => 201))
    expect(await readEvents(api.store, 'acme', { type: 'user', id: agent.id })).toHaveLength(1)
  })

  it('is assigned to 50 tickets at once without being in the way', async () => {
    const { api, atOnce, conflicts } = busyApi()
    const tickets = await Promise.all(fifty.map(() => api.openTicket(customer)))
    await Promise.all([api.openTicket(agent), api.openTicket(otherAgent)])
    const answers = await Promise.all(
      tickets.map((ticketId) =>
        atOnce.call(otherAgent, assignTicket, { params: { ticketId }, body: { userId: agent.id } }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(fifty.map(() => 200))
    expect(conflicts()).toBe(0)
  })
})

describe('If-Match', () => {
  it('lets one of many writers through', async () => {
    const { api, atOnce } = busyApi()
    const ticketId = await api.openTicket(customer)
    const answers = await Promise.all(
      fifty.map((n) =>
        atOnce.call(customer, addComment, { params: { ticketId }, body: { body: `${n}` }, ifMatch: '"1"' }),
      ),
    )
    const statuses = Map.groupBy(answers, ({ status }) => status)
    expect([...statuses.keys()].toSorted()).toEqual([201, 412])
    expect(statuses.get(201)).toHaveLength(1)
  })

  it.each(['"9", "1"', '"1",, "9",', '"a,b" , "1"', '"ü","1"', '*'])(
    'lets a writer through when one tag of its list holds: %s',
    async (ifMatch) => {
      const { api } = busyApi()
      const call = { params: { ticketId: await api.openTicket(customer) }, body: { body: 'b' }, ifMatch }
      expect(await api.call(customer, addComment, call)).toMatchObject({ status: 201 })
    },
  )

  it.each(['"2"', 'W/"1"', '"01"', '""', '"1x"', '"a,1"'])(
    'refuses with 412 when no tag holds: %s',
    async (ifMatch) => {
      const { api } = busyApi()
      const call = { params: { ticketId: await api.openTicket(customer) }, body: { body: 'b' }, ifMatch }
      expect(await api.call(customer, addComment, call)).toMatchObject({ status: 412, headers: { ETag: '"1"' } })
    },
  )

  it('refuses what has no version: a ticket that is only being opened', async () => {
    const { api } = busyApi()
    const answer = await api.call(customer, createTicket, { body: text, ifMatch: '"1"' })
    expect(answer).toMatchObject({ status: 412, json: { retryable: false } })
    expect(answer.headers).not.toHaveProperty('ETag')
    expect(await effects(api)).toEqual({ tickets: 0, keys: 0, events: 0, outbox: 0 })
  })
})

describe('a duplicate that races the first', () => {
  /** A request of an unknown actor makes four calls: read, register, read, commit. */
  const orders = everyOrder(8)

  it('gets the same answer, and there is one effect, in every order of their calls', async () => {
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

  it('is refused when it is another request under the same key, in every order of their calls', async () => {
    for (const order of orders) {
      const api = new Api()
      const send = (title: string) => (store: Api['store']) =>
        api.withStore(store).call(customer, createTicket, { body: { ...text, title }, key: 'once' })
      const answers = await runInterleaved(api.store, send('One'), send('Two'), order)
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422])
      expect(await effects(api)).toEqual({ tickets: 1, keys: 1, events: 2, outbox: 2 })
    }
  })

  it('gets the same answer in every order even when the first made its own request impossible', async () => {
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
  it('both land, one after the other, or the later is judged by what the earlier left', async () => {
    for (const order of everyOrder(6)) {
      const api = new Api()
      const params = { ticketId: await api.openTicket(customer) }
      await api.openTicket(agent)
      const close = (store: Api['store']) =>
        api.withStore(store).call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'Out.' } })
      const start = (store: Api['store']) =>
        api.withStore(store).call(agent, changeStatus, { params, body: { to: 'in_progress', reason: 'On it.' } })
      const [resolved, started] = await runInterleaved<ApiAnswer, ApiAnswer>(api.store, close, start, order)
      expect(resolved.status).toBe(200)
      const { version } = (await api.call(agent, getTicket, { params })).json
      expect([started.status, version]).toEqual(started.status === 200 ? [200, 3] : [409, 2])
      expect(await readEvents(api.store, 'acme', { type: 'ticket', id: params.ticketId })).toHaveLength(version)
    }
  })
})

describe('a change that finds everything already so', () => {
  it('is decided again when another change comes between its read and its commit', async () => {
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
