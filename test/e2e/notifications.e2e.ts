import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readMails } from '../../proof/check/mail-log.ts'
import { expectEveryInvariant, expectKnownRows } from './every-invariant.ts'
import { expectNoSecretInLogs } from './no-secret-in-logs.ts'
import { anyStack, caller, needs } from './running-stack.ts'
import { startReceiver } from './webhook-receiver.ts'

/** Tenants of this run: the target may have seen others. */
const run = Date.now().toString(36)

/** What people write in this run. */
const texts = ['Where is my order?', 'It has been a week.', 'On its way.', 'Hello?'] as const

const pollOptions = { timeout: 30_000, interval: 100 }

describe('telling of what happened, on a stack that was started by one command', () => {
  let stack: Awaited<ReturnType<typeof anyStack>>
  const receivers: { stop(): Promise<void> }[] = []

  beforeAll(async () => {
    stack = await anyStack()
  }, 90_000)
  afterEach(async () => {
    for (const receiver of receivers.splice(0)) await receiver.stop()
  })
  afterAll(async () => {
    expect(await stack.stop()).toBe(0)
  })

  async function receiver(status: Parameters<typeof startReceiver>[0]) {
    const started = await startReceiver(status)
    receivers.push(started)
    return started
  }

  const sagasQuery = async (tenant: string, ticketId: string) => {
    const { body } = await caller(stack, tenant, 'root', 'admin').get(`/tickets/${ticketId}/sagas`)
    return body.items as { id: string; name: string; state: string; recipient: string }[]
  }

  const openTicket = async (tenant: string, user: string) => {
    const [title, body] = texts
    const ticket = { title, body }
    return (await caller(stack, tenant, user, 'customer').send('POST', '/tickets', ticket)).body.id as string
  }

  it('keeps to the channels that one wants, and shows what was read', async () => {
    const tenant = `e2e-channels-${run}`
    const carla = caller(stack, tenant, 'carla', 'customer')
    const user = { id: 'carla', role: 'customer', email: `carla@${tenant}.example.com` }
    expect((await caller(stack, tenant, 'root', 'admin').send('POST', '/users', user)).status).toBe(201)
    const set = await carla.send('PUT', '/users/me/preferences', { channels: { inApp: true, email: false } })
    expect([set.status, set.body.channels]).toEqual([200, { inApp: true, email: false }])
    const ticketId = await openTicket(tenant, 'carla')
    await caller(stack, tenant, 'ada', 'agent').send('POST', `/tickets/${ticketId}/comments`, { body: texts[2] })
    await expect
      .poll(async () => (await sagasQuery(tenant, ticketId)).map(({ state }) => state), pollOptions)
      .toEqual(['completed'])
    if (await readMails(stack.edgeUrl)) {
      const mails = await fetch(`${stack.edgeUrl}/_steadfast/mail.json?email=${user.email}`)
      expect(await mails.json()).toEqual({ messages: [] })
    }

    const [notice] = (await carla.get('/notices')).body.items
    expect(notice).toMatchObject({ ticketId, readAt: null, mail: 'skipped' })
    const key = crypto.randomUUID()
    const read = await carla.send('POST', `/notices/${notice.id}/read`, undefined, key)
    expect([read.status, read.body.id]).toEqual([200, notice.id])
    expect((await carla.send('POST', `/notices/${notice.id}/read`, undefined, key)).text).toBe(read.text)
    expect((await carla.get('/notices')).body.items).toEqual([read.body])
    const other = caller(stack, tenant, 'ada', 'agent')
    expect((await other.send('POST', `/notices/${notice.id}/read`)).status).toBe(404)
  })

  it('writes no more to an address that mail came back from, until an admin lifts the suppression', async ({
    skip,
  }) => {
    await needs(stack, 'mail-that-comes-back', skip)
    const tenant = `e2e-bounced-${run}`
    const admin = caller(stack, tenant, 'root', 'admin')
    const email = `carla@${tenant}.example.com`
    await admin.send('POST', '/users', { id: 'carla', role: 'customer', email })
    const ticketId = await openTicket(tenant, 'carla')
    const comment = () => admin.send('POST', `/tickets/${ticketId}/comments`, { body: texts[3] })
    const mails = async () => {
      const response = await fetch(`${stack.edgeUrl}/_steadfast/mail.json?email=${email}`)
      return ((await response.json()) as { messages: { id: string }[] }).messages
    }
    await comment()
    await expect.poll(async () => (await mails()).length, pollOptions).toBe(1)
    const [{ id } = { id: '' }] = await mails()
    const told = await fetch(`${stack.edgeUrl}/_steadfast/mail/come-back?id=${id}`, { method: 'POST' })
    expect(told.status).toBe(202)
    const { body: user } = await admin.get('/users/carla')
    expect(user).toMatchObject({ email, mailSuppressed: { why: 'bounce' } })
    await comment()
    await expect
      .poll(async () => (await sagasQuery(tenant, ticketId)).map(({ state }) => state), pollOptions)
      .toEqual(['completed', 'completed'])
    expect((await mails()).length).toBe(1)

    const lifted = await admin.send('DELETE', '/users/carla/mail-suppression')
    expect([lifted.status, lifted.body.mailSuppressed]).toEqual([200, null])
    await comment()
    await expect.poll(async () => (await mails()).length, pollOptions).toBe(2)
    const [later] = (await mails()).filter((mail) => mail.id !== id)
    await fetch(`${stack.edgeUrl}/_steadfast/mail/come-back?id=${later?.id}&type=complaint`, { method: 'POST' })
    expect((await admin.get('/users/carla')).body).toMatchObject({ mailSuppressed: { why: 'complaint' } })
  })

  it('sends a signed message to an endpoint, again until it is taken, each time with one id', async ({ skip }) => {
    const tenant = `e2e-webhook-${run}`
    await needs(stack, 'local-webhooks', skip)
    const admin = caller(stack, tenant, 'root', 'admin')
    const { url, received } = await receiver((_, count) => (count < 3 ? 503 : 204))
    const put = await admin.send('PUT', '/webhooks/crm', { url, events: ['ticket.opened'] })
    expect(put.status).toBe(201)
    const ticketId = await openTicket(tenant, 'carla')
    await expect
      .poll(async () => (await sagasQuery(tenant, ticketId)).map(({ state }) => state), pollOptions)
      .toEqual(['completed'])
    const [saga] = await sagasQuery(tenant, ticketId)
    expect(saga).toMatchObject({ name: 'webhook', recipient: 'crm' })
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([saga?.id, saga?.id, saga?.id])
    expect(new Set(received.map(({ body }) => body)).size).toBe(1)
    for (const { headers, body } of received)
      expect(new Webhook(put.body.secret).verify(body, headers)).toMatchObject({
        type: 'ticket.opened',
        data: { ticketId, seq: 1, tenant },
      })
    const { body: timeline } = await admin.get(`/sagas/${saga?.id}`)
    const attempts = timeline.steps.filter(({ step }: { step: string }) => step === 'deliver')
    expect(attempts.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['failed', 'failed', 'done'])
  })

  it('takes back what an endpoint refuses, says why, and sends nothing to one that is removed', async ({ skip }) => {
    const tenant = `e2e-refusing-${run}`
    await needs(stack, 'local-webhooks', skip)
    const admin = caller(stack, tenant, 'root', 'admin')
    const { url, received } = await receiver(() => 410)
    await admin.send('PUT', '/webhooks/crm', { url, events: ['ticket.opened'] })
    const ticketId = await openTicket(tenant, 'carla')
    await expect
      .poll(async () => (await sagasQuery(tenant, ticketId)).map(({ state }) => state), pollOptions)
      .toEqual(['compensated'])
    const [saga] = await sagasQuery(tenant, ticketId)
    const { body } = await admin.get(`/sagas/${saga?.id}`)
    expect(body.reason).toBe('deliver: the endpoint answered 410')
    expect((await admin.send('DELETE', '/webhooks/crm')).status).toBe(200)
    await openTicket(tenant, 'carla')
    expect(received.length).toBe(1)
  })

  it('leaves no signing secret, token, address or text in logs and executions', async ({ skip }) => {
    await needs(stack, 'logs-in-data-folder', skip)
    expectNoSecretInLogs(stack, [...texts, `@e2e-bounced-${run}`])
  })

  it('and everything stored holds every invariant', async () => {
    await expectEveryInvariant(stack)
    await expectKnownRows(stack)
  })
})
