import { describe, expect, it } from 'vitest'
import { noopObserver } from '../../app/observer.ts'
import { toQueueMessage } from '../../app/publish/queue-message.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { MemoryWebhooks } from '../../gateways/webhooks-memory.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import type { Saga } from '../../sagas/saga.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { readEvents } from '../../tables/events.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'
import { parseSaga } from '../../tables/sagas.ts'
import { Api, admin, agent, type Call, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { sqsRecord } from '../relay/fixtures.ts'
import { AttachmentCase, png, promiseOf } from '../sagas/attachment-fixture.ts'
import { drive } from '../sagas/drive-machine.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
const headers = { 'X-Correlation-Id': 'order-4711', traceparent }

/** This request is the parent of what follows, so the caller's span id gives way to one of its own. */
const continued = expect.stringMatching(new RegExp(`^00-${traceId}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`))
const followed = { correlationId: 'order-4711', traceparent: continued }

/** A customer with an address, a webhook, and an agent who comments. */
async function commented(call: Partial<Call> = { headers }) {
  const api = new Api()
  await api.call(admin, createUser, { body: { id: customer.id, role: 'customer', email: 'carla@example.com' } })
  await api.call(admin, putWebhook, {
    params: { name: 'crm' },
    body: { url: 'https://crm.example.com/in', events: ['ticket.comment_added'] },
  })
  const ticketId = await api.openTicket(customer)
  const send = (more: Partial<Call> = {}) =>
    api.call(agent, addComment, { params: { ticketId }, body: { body: 'Which colour?' }, key: 'K', ...call, ...more })
  const answer = await send()
  const [event] = (await readEvents(api.store, 'acme', { type: 'ticket', id: ticketId })).slice(-1)
  if (!event || answer.status !== 201) throw new Error(answer.text)
  return { api, ticketId, event, send }
}

/** Delivers the event, and runs every saga that it starts. */
async function effects({ api, event }: Pick<Awaited<ReturnType<typeof commented>>, 'api' | 'event'>) {
  const { store, runtime } = api
  const machines = new MemoryStateMachines()
  const machineArns = { notification: 'notification', webhook: 'webhook', attachment: 'a', removal: 'r' }
  const deps = { store, runtime, machines, machineArns, observer: noopObserver }
  await startSagas(deps, { Records: [sqsRecord('m', event)] }, runtime.now() + 8_000)
  const mailer = new MemoryMailer()
  const webhooks = new MemoryWebhooks()
  const tools = { mailer, webhooks, mailFrom: 'support@example.com', runtime }
  for (const saga of [notification, webhook] as Saga<typeof tools>[])
    for (const { input } of machines.started.filter(({ machineArn }) => machineArn === saga.name))
      await drive(compile(saga, { functionArn: 'arn' }), input, taskRunner(saga, { store, runtime, tools }))
  const sagas = (await allRows(store, 'Sagas')).map(parseSaga)
  return { machines, mailer, webhooks, sagas }
}

describe("a request's correlation id and trace", () => {
  it('are on its event, its outbox row and the message that is sent', async () => {
    const { api, event } = await commented()
    expect(event).toMatchObject(followed)
    const outbox = (await allRows(api.store, 'Outbox')).map(parseOutboxEvent)
    expect(outbox.find(({ id }) => id === event.id)).toMatchObject(followed)
    expect(JSON.parse(toQueueMessage(event).body)).toMatchObject(followed)
  })

  it('are on the sagas, their executions, the mail and the webhook that its event leads to', async () => {
    const { machines, mailer, webhooks, sagas } = await effects(await commented())
    expect(machines.started.map(({ machineArn }) => machineArn).toSorted()).toEqual(['notification', 'webhook'])
    for (const { input } of machines.started) expect(input).toMatchObject(followed)
    for (const saga of sagas) expect(saga).toMatchObject({ ...followed, state: 'completed' })
    expect(mailer.sent).toMatchObject([followed])
    expect(webhooks.sent).toMatchObject([followed])
  })

  it('are on the object that an upload becomes, and on the event that says so', async () => {
    const upload = new AttachmentCase()
    await upload.request(promiseOf(png), undefined, customer, headers)
    const waiting = await upload.start()
    upload.put(png)
    await upload.outcome()
    await waiting.resume()
    const events = await readEvents(upload.store, 'acme', { type: 'ticket', id: upload.ticketId })
    expect(events.at(-1)).toMatchObject({ type: 'ticket.attachment_added', ...followed })
    expect([...upload.objects.metadata.values()]).toEqual([
      { 'correlation-id': 'order-4711', traceparent: events.at(-1)?.traceparent },
    ])
  })

  it('stay those of the first request when a duplicate brings others', async () => {
    const { api, ticketId, event, send } = await commented()
    const other = { 'X-Correlation-Id': 'other', traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00` }
    const duplicate = await send({ headers: other })
    expect(duplicate.headers).toMatchObject({ 'Idempotent-Replayed': 'true', 'X-Correlation-Id': 'other' })
    const events = await readEvents(api.store, 'acme', { type: 'ticket', id: ticketId })
    expect(events.at(-1)).toEqual(event)
    const { mailer, webhooks } = await effects({ api, event })
    expect([...mailer.sent, ...webhooks.sent]).toMatchObject([followed, followed])
  })

  it.each([
    ['there are none', {}],
    ['they are malformed', { traceparent: '00-nonsense', 'X-Correlation-Id': 'a b' }],
    ['they carry another line', { traceparent: `${traceparent}\r\nBcc: all`, 'X-Correlation-Id': 'x\r\nBcc: all' }],
    ['they are repeated', { traceparent: [traceparent, traceparent], 'X-Correlation-Id': ['a', 'b'] }],
    [
      'they are endless',
      { traceparent: `01${traceparent.slice(2)}-${'x'.repeat(9_000)}`, 'X-Correlation-Id': 'x'.repeat(9_000) },
    ],
  ])('are made anew when %s', async (_, sent) => {
    const { event } = await commented({ headers: sent, requestId: 'gateway-1' })
    expect(event.correlationId).toBe('gateway-1')
    expect(event.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
    expect(event.traceparent).not.toContain(traceId)
  })

  it("continue the gateway's own trace when the caller has none", async () => {
    const root = { 'X-Amzn-Trace-Id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1' }
    const { event } = await commented({ headers: root })
    expect(event.traceparent).toMatch(/^00-5759e988bd862e3fe1be46a994272793-[0-9a-f]{16}-01$/)
  })
})

describe('an event that was stored before events had a trace', () => {
  it('still leads to its sagas and effects, which have its correlation id and no trace', async () => {
    const { api, event } = await commented()
    const { traceparent: _, ...earlier } = event
    const { mailer, webhooks, sagas } = await effects({ api, event: earlier })
    expect(sagas.map(({ state }) => state)).toEqual(['completed', 'completed'])
    for (const effect of [...mailer.sent, ...webhooks.sent]) {
      expect(effect.correlationId).toBe('order-4711')
      expect(effect).not.toHaveProperty('traceparent')
    }
  })
})

describe('an event that a later version has added an attribute to', () => {
  it('is handled all the same, so that a deployment can be taken back', async () => {
    const { api, event } = await commented()
    const { sagas } = await effects({ api, event: Object.assign({ later: 'x' }, event) })
    expect(sagas.map(({ state }) => state)).toEqual(['completed', 'completed'])
  })
})
