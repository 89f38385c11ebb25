import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { validSecrets } from '../../domain/webhook.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { removeWebhook } from '../../functions/remove-webhook/remove-webhook.ts'
import { rotateWebhookSecret } from '../../functions/rotate-webhook-secret/rotate-webhook-secret.ts'
import { readEvents } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import { settingsRow, webhookRow } from '../../tables/settings.ts'
import { Api, admin, agent, customer, stranger } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { storedRows } from '../fixtures/stored-rows/stored-rows.ts'

const params = { name: 'crm' }
const settings = { type: 'settings', id: 'tenant' } as const
const hour = 3_600_000

async function withWebhook() {
  const api = new Api()
  const body = { url: 'https://hooks.example.com/in', events: ['ticket.opened'] }
  const put = await api.call(admin, putWebhook, { params, body })
  const rotate = (overlapSeconds?: number, call: { key?: string; ifMatch?: string } = {}) =>
    api.call(admin, rotateWebhookSecret, {
      params,
      body: overlapSeconds === undefined ? {} : { overlapSeconds },
      ...call,
    })
  const secretsNow = async () => {
    const stored = await readRow(api.store, webhookRow('acme', 'crm'))
    return stored ? validSecrets(stored, api.runtime.now()) : []
  }
  return { api, body, first: String(put.json.secret), rotate, secretsNow }
}

describe('a rotated secret', () => {
  it('signs from now on, beside the previous one, which ends after a day', async () => {
    const { api, first, rotate, secretsNow } = await withWebhook()
    const rotated = await rotate()
    expect(rotated).toMatchObject({ status: 200, headers: { ETag: '"2"' } })
    const second = String(rotated.json.secret)
    expect(second).not.toBe(first)
    expect(new Webhook(second).sign('m', new Date(), '{}')).toMatch(/^v1,/)
    const validUntil = new Date(api.runtime.now() + 24 * hour).toISOString()
    expect(rotated.json.previousSecretValidUntil).toBe(validUntil)
    expect(rotated.text).not.toContain(first)
    expect(await secretsNow()).toEqual([second, first])
    api.runtime.advance(24 * hour - 1)
    expect(await secretsNow()).toEqual([second, first])
    api.runtime.advance(1)
    expect(await secretsNow()).toEqual([second])
  })

  it('replaces a leaked one at once, without an overlap', async () => {
    const { rotate, secretsNow } = await withWebhook()
    const { json } = await rotate(0)
    expect(json).not.toHaveProperty('previousSecretValidUntil')
    expect(await secretsNow()).toEqual([json.secret])
  })

  it('leaves two valid at most: a rotation within the overlap ends the oldest', async () => {
    const { api, rotate, secretsNow } = await withWebhook()
    const second = (await rotate(60)).json.secret
    api.runtime.advance(30_000)
    const third = (await rotate(60)).json.secret
    expect(await secretsNow()).toEqual([third, second])
  })

  it('is made once per key: a duplicate gets the same bytes, and a duplicate of an earlier one still its own', async () => {
    const { api, rotate, secretsNow } = await withWebhook()
    const first = await rotate(60, { key: 'k1' })
    const second = await rotate(60, { key: 'k2' })
    const before = await dumpStore(api.store)
    for (const [key, response] of [
      ['k1', first],
      ['k2', second],
    ] as const) {
      const again = await rotate(60, { key })
      expect([again.status, again.text, again.headers['Idempotent-Replayed']]).toEqual([200, response.text, 'true'])
    }
    expect((await rotate(61, { key: 'k2' })).status).toBe(422)
    expect(await dumpStore(api.store)).toEqual(before)
    expect(await secretsNow()).toEqual([second.json.secret, first.json.secret])
  })

  it('keeps address, events and identity, and survives a change of them', async () => {
    const { api, body, first, rotate, secretsNow } = await withWebhook()
    const before = await readRow(api.store, webhookRow('acme', 'crm'))
    const subscriptions = (await readRow(api.store, settingsRow('acme')))?.subscriptions
    const { json } = await rotate(60)
    const after = await readRow(api.store, webhookRow('acme', 'crm'))
    expect(after).toMatchObject({ url: body.url, events: body.events, since: before?.since })
    expect((await readRow(api.store, settingsRow('acme')))?.subscriptions).toEqual(subscriptions)
    const moved = { ...body, url: 'https://elsewhere.example.com/' }
    const put = await api.call(admin, putWebhook, { params, body: moved })
    expect(put.json).toMatchObject({ secret: json.secret, previousSecretValidUntil: json.previousSecretValidUntil })
    expect(put.text).not.toContain(first)
    expect(await secretsNow()).toEqual([json.secret, first])
  })

  it('appears in no event, message or request of others, and neither does the previous one', async () => {
    const { api, first, rotate } = await withWebhook()
    const second = String((await rotate()).json.secret)
    for (const table of ['Events', 'Outbox', 'Sagas'] as const) {
      const text = JSON.stringify(await allRows(api.store, table))
      expect([text.includes(first), text.includes(second)]).toEqual([false, false])
    }
    expect((await readEvents(api.store, 'acme', settings)).at(-1)).toMatchObject({
      type: 'settings.webhook_secret_rotated',
      data: { name: 'crm' },
      seq: 2,
    })
  })

  it('is refused to others than admins of the tenant, for an unknown endpoint, a bad overlap and an outdated If-Match', async () => {
    const { api, rotate } = await withWebhook()
    const before = await dumpStore(api.store)
    const call = { params, body: {} }
    expect((await api.call(agent, rotateWebhookSecret, call)).status).toBe(403)
    expect((await api.call(customer, rotateWebhookSecret, call)).status).toBe(403)
    for (const overlapSeconds of [-1, 1.5, 7 * 86_400 + 1]) expect((await rotate(overlapSeconds)).status).toBe(422)
    expect((await rotate(60, { ifMatch: '"9"' })).status).toBe(412)
    expect(await dumpStore(api.store)).toEqual(before)
    expect((await api.call(stranger, rotateWebhookSecret, call)).status).toBe(404)
    await api.call(admin, removeWebhook, { params })
    expect((await rotate()).status).toBe(404)
  })

  it('can be given to an endpoint that an earlier version stored', async () => {
    const api = new Api()
    for (const { kind, table, row } of storedRows('v1'))
      if (kind === 'settings' || kind === 'webhook') await api.store.write({ kind: 'put', table, row })
    const before = await readRow(api.store, webhookRow('acme', 'crm'))
    const rotated = await api.call(admin, rotateWebhookSecret, { params, body: {} })
    expect(rotated.status).toBe(200)
    const after = await readRow(api.store, webhookRow('acme', 'crm'))
    expect(after && validSecrets(after, api.runtime.now())).toEqual([rotated.json.secret, before?.secret])
  })
})
