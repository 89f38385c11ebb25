import { describe, expect, it } from 'vitest'
import { getSaga } from '../../functions/get-saga/get-saga.ts'
import { listSagas } from '../../functions/list-sagas/list-sagas.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import type { Saga } from '../../sagas/saga.ts'
import { type SagaStart, sagaId, startSaga } from '../../sagas/start-saga.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { Api, admin, agent, customer, otherCustomer, stranger } from '../fixtures/api.ts'
import type { Person } from '../fixtures/tokens.ts'

/** A ticket of the customer, with sagas that its events started. */
async function given(events: number) {
  const api = new Api()
  const ticketId = await api.openTicket(customer)
  const machines = new MemoryStateMachines()
  const starts = Array.from({ length: events }, (_, index) => ({
    tenant: customer.tenant,
    aggregate: { type: 'ticket', id: ticketId } as const,
    eventId: `E${index}`,
    recipient: customer.id,
    correlationId: `C${index}`,
    input: {
      type: 'ticket.assigned',
      ticketId,
      seq: index + 1,
      occurredAt: '2026-03-01T11:00:00.000Z',
      recipient: customer.id,
    },
  }))
  for (const start of starts) {
    await startSaga({ store: api.store, runtime: api.runtime, machines }, notification, 'arn', start)
    api.runtime.advance(1_000)
  }
  const ids = starts.map((start) => sagaId(notification, start))
  return { api, ticketId, ids, id: ids[0] ?? '' }
}

function runner(api: Api, mailer = new MemoryMailer()) {
  const tools = { mailer, mailFrom: 'support@example.com', runtime: api.runtime }
  return taskRunner(notification, { store: api.store, runtime: api.runtime, tools })
}

const steps = ['notice', 'budget', 'mail', 'record']

describe('a saga read through the API', () => {
  it('shows its state, what it is for, and each attempt with start, end, outcome and correlation id', async () => {
    const { api, id, ticketId } = await given(1)
    const before = await api.call(agent, getSaga, { params: { sagaId: id } })
    expect(before.json).toMatchObject({
      id,
      name: 'notification',
      state: 'pending',
      ticketId,
      eventId: 'E0',
      steps: [],
    })
    await runner(api)({ action: 'do', tenant: 'acme', sagaId: id, generation: 1, steps })
    const after = await api.call(customer, getSaga, { params: { sagaId: id } })
    expect(after.status).toBe(200)
    expect(after.json).toMatchObject({ state: 'completed', recipient: customer.id, correlationId: 'C0' })
    expect(after.json.steps).toEqual(
      steps.map((step) => ({
        step,
        action: 'do',
        attempt: 1,
        startedAt: expect.any(String),
        endedAt: expect.any(String),
        outcome: step === 'mail' ? 'skipped' : 'done',
        correlationId: 'C0',
      })),
    )
    expect(after.text).not.toMatch(/token|pk|livePk|Sk"/)
  })

  it('numbers the attempts of a step, and says what was wrong with each', async () => {
    const { api, id } = await given(1)
    const run = runner(api)
    const read = api.store.get.bind(api.store)
    api.store.get = () => Promise.reject(Object.assign(new Error('who knows'), { name: 'TimeoutError' }))
    const task = { action: 'do', tenant: 'acme', sagaId: id, generation: 1, steps }
    await expect(run(task)).rejects.toThrow('notice: TimeoutError')
    api.store.get = read
    await run(task)
    const { steps: attempts } = (await api.call(agent, getSaga, { params: { sagaId: id } })).json
    expect(attempts).toMatchObject([
      {
        step: 'notice',
        attempt: 1,
        outcome: 'failed',
        error: { name: 'TimeoutError', message: 'notice: TimeoutError' },
      },
      { step: 'notice', attempt: 2, outcome: 'done' },
      { step: 'budget', attempt: 1 },
      { step: 'mail', attempt: 1 },
      { step: 'record', attempt: 1 },
    ])
  })

  it('shows its parking without the task token', async () => {
    const { api, id } = await given(1)
    const error = { Error: 'States.Timeout', Cause: 'x' }
    await runner(api)({
      action: 'park',
      tenant: 'acme',
      sagaId: id,
      generation: 1,
      direction: 'compensate',
      error,
      token: 'SECRET',
    })
    const answer = await api.call(agent, getSaga, { params: { sagaId: id } })
    expect(answer.json).toMatchObject({ state: 'parked', reason: 'States.Timeout', parkingId: expect.any(String) })
    expect(answer.text).not.toContain('SECRET')
  })

  it('is visible to the customer of its ticket, and to no other customer or tenant', async () => {
    const { api, id, ticketId } = await given(1)
    for (const person of [otherCustomer, stranger]) {
      expect((await api.call(person, getSaga, { params: { sagaId: id } })).status).toBe(404)
      expect((await api.call(person, listSagas, { params: { ticketId } })).status).toBe(404)
    }
    const unknown = await api.call(agent, getSaga, { params: { sagaId: 'none' } })
    const foreign = await api.call(otherCustomer, getSaga, { params: { sagaId: id } })
    expect(unknown.status).toBe(404)
    expect(foreign.json.detail).toBe(unknown.json.detail)
  })
})

describe("a ticket's sagas", () => {
  it('are listed newest first, in full pages, each once', async () => {
    const { api, ids, ticketId } = await given(7)
    const seen: unknown[] = []
    let cursor: unknown
    do {
      const query = { limit: '3', ...(typeof cursor === 'string' && { cursor }) }
      const { json } = await api.call(customer, listSagas, { params: { ticketId }, query })
      seen.push(...json.items.map(({ id }) => id))
      cursor = json.nextCursor
    } while (cursor)
    expect(seen).toEqual(ids.toReversed())
  })

  it("can't be reached with a cursor of another ticket", async () => {
    const { api, ticketId } = await given(3)
    const other = await api.openTicket(customer)
    const { json } = await api.call(customer, listSagas, { params: { ticketId }, query: { limit: '1' } })
    const query = { cursor: String(json.nextCursor) }
    expect((await api.call(customer, listSagas, { params: { ticketId: other }, query })).status).toBe(400)
  })
})

describe("what a customer sees of a ticket's sagas", () => {
  /** On the customer's ticket: notifications to two people, webhooks, and attachments of two people, some by rows of version 1. */
  async function everySaga() {
    const { api, ticketId } = await given(0)
    const machines = new MemoryStateMachines()
    const at = { tenant: customer.tenant, aggregate: { type: 'ticket', id: ticketId } as const, correlationId: 'C' }
    const facts = { type: 'ticket.assigned', ticketId, seq: 1, occurredAt: '2026-03-01T11:00:00.000Z' }
    const ids: Record<string, string> = {}
    async function start(what: string, saga: Saga, rest: Pick<SagaStart, 'input'> & Partial<SagaStart>) {
      const full = { ...at, eventId: `E ${what}`, ...rest }
      await startSaga({ store: api.store, runtime: api.runtime, machines }, saga, 'arn', full)
      ids[what] = rest.id ?? sagaId(saga, full)
      api.runtime.advance(1_000)
    }
    const notify = (recipient: string) => ({ recipient, input: { ...facts, recipient } })
    const call = (endpoint: string) => {
      const input = { ...facts, endpoint, since: 1, giveUpAt: '2026-03-02T11:00:00.000Z' }
      return { recipient: endpoint, input }
    }
    const upload = async (person: Person, isRecorded: boolean) => {
      const body = { fileName: 'a.txt', contentType: 'text/plain', sizeBytes: 1, sha256: '0'.repeat(64) }
      const { json } = await api.call(person, requestAttachment, { params: { ticketId }, body })
      const input = { ticketId, attachmentId: json.id }
      return { id: attachmentSagaId(input), input, ...(isRecorded && { requestedBy: person.id }) }
    }
    await start('own notice', notification, notify(customer.id))
    await start('notice to an agent', notification, notify(agent.id))
    await start('webhook', webhook, call('crm'))
    await start('webhook of the same name', webhook, call(customer.id))
    await start('own file', attachment, await upload(customer, true))
    await start("an agent's file", attachment, await upload(agent, true))
    await start('own file of version 1', attachment, await upload(customer, false))
    await start("an agent's file of version 1", attachment, await upload(agent, false))
    return { api, ticketId, ids }
  }

  const own = ['own notice', 'own file', 'own file of version 1']

  it('is the sagas of their own, in every list and by id; an agent sees all', async () => {
    const { api, ticketId, ids } = await everySaga()
    const listed = async (person: Person, limit: string) => {
      const seen: string[] = []
      let cursor: unknown
      do {
        const query = { limit, ...(typeof cursor === 'string' && { cursor }) }
        const { json } = await api.call(person, listSagas, { params: { ticketId }, query })
        seen.push(...json.items.map(({ id }) => String(id)))
        cursor = json.nextCursor
      } while (cursor)
      return seen
    }
    const all = Object.values(ids)
    for (const limit of ['1', '2', '100']) {
      expect(await listed(customer, limit)).toEqual(own.map((what) => ids[what]).toReversed())
      expect(await listed(agent, limit)).toEqual(all.toReversed())
    }
    for (const [what, id] of Object.entries(ids)) {
      const status = async (person: Person) => (await api.call(person, getSaga, { params: { sagaId: id } })).status
      expect([what, await status(customer)]).toEqual([what, own.includes(what) ? 200 : 404])
      expect([what, await status(agent), await status(admin)]).toEqual([what, 200, 200])
    }
  })

  it('names no webhook and nobody else', async () => {
    const { api, ticketId } = await everySaga()
    const { text } = await api.call(customer, listSagas, { params: { ticketId } })
    expect(text).not.toMatch(new RegExp(`crm|webhook|${agent.id}`))
  })

  it('is not found in the same words as a saga that does not exist', async () => {
    const { api, ids } = await everySaga()
    const read = async (id: string) => (await api.call(customer, getSaga, { params: { sagaId: id } })).json.detail
    expect(await read(ids.webhook ?? '')).toBe(await read('none'))
  })

  it("is not reached with an agent's cursor", async () => {
    const { api, ticketId } = await everySaga()
    const { json } = await api.call(agent, listSagas, { params: { ticketId }, query: { limit: '1' } })
    const query = { cursor: String(json.nextCursor) }
    expect((await api.call(customer, listSagas, { params: { ticketId }, query })).status).toBe(400)
  })
})
