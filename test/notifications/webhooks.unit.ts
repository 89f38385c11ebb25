import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { webhooksMax } from '../../domain/settings.ts'
import { putWebhook, putWebhookEndpoint } from '../../functions/put-webhook/put-webhook.ts'
import { removeWebhook } from '../../functions/remove-webhook/remove-webhook.ts'
import { endpoints } from '../../proof/openapi/endpoints.ts'
import { readEvents } from '../../tables/events.ts'
import { Api, admin, agent, customer, stranger } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

const params = { name: 'crm' }
const body = { url: 'https://hooks.example.com/in?token=abc', events: ['ticket.opened', 'ticket.comment_added'] }
const settings = { type: 'settings', id: 'tenant' } as const

describe('creating or updating a webhook', () => {
  it('creates it with a secret for Standard Webhooks', async () => {
    const api = new Api()
    const put = await api.call(admin, putWebhook, { params, body })
    expect(put).toMatchObject({ status: 201, headers: { ETag: '"1"', Location: '/api/webhooks/crm' } })
    expect(put.json).toMatchObject({
      name: 'crm',
      ...body,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    })
    expect(new Webhook(String(put.json.secret)).sign('m', new Date(), '{}')).toMatch(/^v1,/)
  })

  it('keeps the secret on update, and makes a new one after a removal', async () => {
    const api = new Api()
    const first = await api.call(admin, putWebhook, { params, body })
    const moved = { ...body, url: 'https://elsewhere.example.com/' }
    const second = await api.call(admin, putWebhook, { params, body: moved })
    expect(second).toMatchObject({
      status: 200,
      headers: { ETag: '"2"' },
      json: { ...moved, secret: first.json.secret },
    })
    expect((await api.call(admin, removeWebhook, { params })).json).toMatchObject({ name: 'crm' })
    const third = await api.call(admin, putWebhook, { params, body })
    expect(third.status).toBe(201)
    expect(third.json.secret).not.toBe(first.json.secret)
  })

  it('takes effect once: a duplicate gets the secret again, an update without a change makes no event', async () => {
    const api = new Api()
    const first = await api.call(admin, putWebhook, { params, body, key: 'k' })
    const again = await api.call(admin, putWebhook, { params, body, key: 'k' })
    expect([again.status, again.text, again.headers['Idempotent-Replayed']]).toEqual([201, first.text, 'true'])
    const reordered = { ...body, events: body.events.toReversed() }
    expect(await api.call(admin, putWebhook, { params, body: reordered })).toMatchObject({ status: 200 })
    expect((await api.call(admin, putWebhook, { params: { name: 'erp' }, body, key: 'k' })).status).toBe(422)
    expect((await readEvents(api.store, 'acme', settings)).map(({ seq, data }) => [seq, data])).toEqual([
      [1, { name: 'crm', events: body.events }],
    ])
  })

  it('keeps all of 20 created at once, each with a version of its own, and refuses one more', async () => {
    const api = new Api()
    const names = Array.from({ length: webhooksMax }, (_, index) => `hook-${index}`)
    const all = await Promise.all(names.map((name) => api.call(admin, putWebhook, { params: { name }, body })))
    expect(all.map(({ status }) => status)).toEqual(names.map(() => 201))
    expect(new Set(all.map(({ headers }) => headers.ETag)).size).toBe(webhooksMax)
    const more = await api.call(admin, putWebhook, { params: { name: 'one-more' }, body })
    expect(more).toMatchObject({ status: 409, json: { type: expect.stringMatching('too-many-webhooks') } })
    expect(
      (await api.call(admin, putWebhook, { params: { name: 'hook-3' }, body: { ...body, events: ['ticket.opened'] } }))
        .status,
    ).toBe(200)
  })

  it('is allowed for admins only, in their own tenant only', async () => {
    const api = new Api()
    for (const person of [customer, agent]) {
      expect((await api.call(person, putWebhook, { params, body })).status).toBe(403)
      expect((await api.call(person, removeWebhook, { params })).status).toBe(403)
    }
    await api.call(admin, putWebhook, { params, body })
    expect((await api.call(stranger, removeWebhook, { params })).status).toBe(404)
    expect((await api.call(stranger, putWebhook, { params, body })).headers.ETag).toBe('"1"')
  })

  it('keeps secret and URL out of history, messages and every read', async () => {
    const api = new Api()
    const { json } = await api.call(admin, putWebhook, { params, body })
    const stored = JSON.stringify([await allRows(api.store, 'Events'), await allRows(api.store, 'Outbox')])
    expect(stored).not.toContain(String(json.secret))
    expect(stored).not.toContain('token=abc')
    expect(endpoints.filter(({ operation }) => /GET .*webhook/.test(operation))).toEqual([])
  })

  it('is refused for an outdated If-Match', async () => {
    const api = new Api()
    await api.call(admin, putWebhook, { params, body })
    await api.call(admin, putWebhook, { params: { name: 'erp' }, body })
    expect((await api.call(admin, removeWebhook, { params, ifMatch: '"1"' })).status).toBe(412)
    expect((await api.call(admin, removeWebhook, { params, ifMatch: '"2"' })).status).toBe(200)
    expect((await api.call(admin, removeWebhook, { params })).status).toBe(404)
  })
})

describe('a signing secret', () => {
  const keyOf = (secret: unknown) => Buffer.from(String(secret).replace('whsec_', ''), 'base64')

  it('is 32 random bytes that appear in no id', async () => {
    const api = new Api()
    const secrets = await Promise.all(
      ['crm', 'erp'].map(async (name) => (await api.call(admin, putWebhook, { params: { name }, body })).json.secret),
    )
    expect(new Set(secrets).size).toBe(2)
    const ids = JSON.stringify(await dumpStore(api.store))
      .match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)
      ?.map((id) => id.replaceAll('-', ''))
    for (const key of secrets.map(keyOf)) {
      expect(key).toHaveLength(32)
      for (const id of ids ?? []) expect(key.toString('hex')).not.toContain(id)
    }
  })

  it('comes from the random bytes of the runtime', async () => {
    const api = new Api()
    api.runtime.randomBytes = (size) => Buffer.alloc(size, 7)
    const { json } = await api.call(admin, putWebhook, { params, body })
    expect(keyOf(json.secret)).toEqual(Buffer.alloc(32, 7))
  })

  it('stays the same when the write is retried after a conflict', async () => {
    const api = new Api()
    const drawn: Uint8Array[] = []
    const { randomBytes } = api.runtime
    api.runtime.randomBytes = (size) => {
      const bytes = randomBytes(size)
      drawn.push(bytes)
      return bytes
    }
    let conflicts = 3
    const contended = interceptStore(api.store, async ({ method }, proceed) =>
      method === 'transactWrite' && conflicts-- > 0 ? { status: 'throttled' } : proceed(),
    )
    const { json } = await api.withStore(contended).call(admin, putWebhook, { params, body })
    expect(drawn.map((bytes) => Buffer.from(bytes))).toEqual([keyOf(json.secret)])
  })

  it('is the committed one in the response to a repeat, when the first response was lost', async () => {
    const api = new Api()
    const answerLost = interceptStore(api.store, async ({ method }, proceed) => {
      if (method === 'get') throw new Error('connection reset')
      const response = await proceed()
      return method === 'transactWrite' ? { status: 'unknown', cause: new Error('timeout') } : response
    })
    await api.openTicket(admin)
    const lost = await api.withStore(answerLost).call(admin, putWebhook, { params, body, key: 'k' })
    expect(lost).toMatchObject({ status: 503, json: { retryable: true } })
    const stored = (await allRows(api.store, 'Tickets')).find(({ sk }) => sk === 'WEBHOOK#crm')
    const repeated = await api.call(admin, putWebhook, { params, body, key: 'k' })
    expect(repeated).toMatchObject({ status: 201, headers: { 'Idempotent-Replayed': 'true' } })
    expect(repeated.json.secret).toBe(stored?.secret)
  })
})

describe('the URL of a webhook', () => {
  const bad = [
    'no address',
    '/relative',
    'http://hooks.example.com/',
    'ftp://hooks.example.com/',
    'javascript:alert(1)',
    'https://user:secret@hooks.example.com/',
    'https://user@hooks.example.com/',
    'https://hooks.example.com/#fragment',
    'https://hooks.example.com/a b',
    'https://hooks.example.com/\n',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://app.localhost/',
    'https://intranet/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://017700000001/',
    'https://169.254.169.254/latest/meta-data/',
    'https://metadata.google.internal/',
    'https://10.0.0.1/',
    'https://192.168.1.1/',
    'https://172.16.0.1/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://224.0.0.1/',
    'https://255.255.255.255/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://[ff02::1]/',
    `https://hooks.example.com/${'x'.repeat(2048)}`,
  ]

  it.each(bad)('is refused with 422 when it is not a public https URL: %.60s', async (url) => {
    const api = new Api()
    await api.openTicket(admin)
    const before = await dumpStore(api.store)
    const response = await api.call(admin, putWebhook, { params, body: { ...body, url } })
    expect([response.status, JSON.stringify(response.json.errors)]).toEqual([422, expect.stringContaining('"/url"')])
    expect(await dumpStore(api.store)).toEqual(before)
  })

  it.each(['https://8.8.8.8/', 'https://[2606:4700::1111]:8443/x', 'https://xn--mnchen-3ya.example/'])(
    'is accepted when it is a public https URL: %s',
    async (url) => {
      expect((await new Api().call(admin, putWebhook, { params, body: { ...body, url } })).status).toBe(201)
    },
  )

  it('may be private and without TLS where the stage allows it, but never contain credentials', async () => {
    const local = putWebhookEndpoint({ allowsPrivate: true })
    const put = (url: string) => new Api().call(admin, local, { params, body: { ...body, url } })
    expect((await put('http://127.0.0.1:9999/hook')).status).toBe(201)
    expect((await put('http://me:pw@127.0.0.1:9999/hook')).status).toBe(422)
    expect((await put('ftp://127.0.0.1:9999/hook')).status).toBe(422)
  })
})

describe('a webhook', () => {
  it.each([
    [{ events: [] }, '/events'],
    [{ events: ['ticket.opened', 'ticket.opened'] }, '/events'],
    [{ events: ['user.created'] }, '/events/0'],
    [{ events: 'ticket.opened' }, '/events'],
    [{ secret: 'whsec_mine' }, '/secret'],
    [{ url: 7 }, '/url'],
  ])('is refused with 422 for the invalid member %o', async (part, pointer) => {
    const response = await new Api().call(admin, putWebhook, { params, body: { ...body, ...part } })
    expect([response.status, response.json.errors]).toEqual([
      422,
      expect.arrayContaining([expect.objectContaining({ pointer })]),
    ])
  })

  it.each(['', 'a/b', 'a#b', '-a', 'ä', 'x'.repeat(65)])('is not found under the impossible name %o', async (name) => {
    expect((await new Api().call(admin, putWebhook, { params: { name }, body })).status).toBe(404)
  })
})
