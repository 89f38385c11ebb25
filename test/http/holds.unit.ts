import { describe, expect, it } from 'vitest'
import { listHolds } from '../../functions/list-holds/list-holds.ts'
import { putHold } from '../../functions/put-hold/put-hold.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { releaseHold } from '../../functions/release-hold/release-hold.ts'
import { readEvents } from '../../tables/events.ts'
import { Api, admin, agent, customer, stranger } from '../fixtures/api.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

const params = { dependency: 'mail' }
const settings = { type: 'settings', id: 'tenant' } as const

function holding() {
  const api = new Api()
  const put = (call: object = {}, by = admin) => api.call(by, putHold, { params, body: { reason: 'Down.' }, ...call })
  const release = (call: object = {}, by = admin) => api.call(by, releaseHold, { params, ...call })
  const list = async (by = admin) => (await api.call(by, listHolds)).json.items
  const history = async () => (await readEvents(api.store, 'acme', settings)).map(({ type }) => type)
  return { api, put, release, list, history }
}

describe('a hold', () => {
  it('is listed until it is released', async () => {
    const { put, release, list, history } = holding()
    const first = await put()
    expect(first).toMatchObject({
      status: 201,
      headers: { ETag: '"1"' },
      json: { ...params, by: admin.id, reason: 'Down.' },
    })
    expect(await list()).toEqual([{ ...first.json, waiting: 0 }])
    expect(await release()).toMatchObject({ status: 200, headers: { ETag: '"2"' }, json: params })
    expect(await list()).toEqual([])
    expect(await history()).toEqual(['settings.hold_put', 'settings.hold_released'])
  })

  it('is put and released once, however often it is asked for: under one key or several, in turn or at once', async () => {
    const { put, release, list, history } = holding()
    const [one, other] = await Promise.all([put({ key: 'k1' }), put({ key: 'k1' })])
    expect(other?.text).toBe(one?.text)
    expect((await put({ key: 'k2' })).status).toBe(200)
    await Promise.all([release({ key: 'k3' }), release({ key: 'k3' }), release({ key: 'k4' })])
    expect((await release()).status).toBe(404)
    expect(await history()).toEqual(['settings.hold_put', 'settings.hold_released'])
    // A duplicate of the first request is answered as then, and does not hold anew.
    expect((await put({ key: 'k1' })).text).toBe(one?.text)
    expect(await list()).toEqual([])
  })

  it('is repeated to a duplicate only when its row shows in a snapshot: nothing is called after the answer', async () => {
    const { api, put } = holding()
    const first = await put({ key: 'k1' })
    let snapshots = 0
    const store = interceptStore(api.store, ({ method }, proceed) => {
      if (method === 'transactRead') snapshots++
      return proceed()
    })
    const again = await api.withStore(store).call(admin, putHold, { params, body: { reason: 'Down.' }, key: 'k1' })
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect(snapshots).toBe(1)
  })

  it('is for admins, and of their tenant alone', async () => {
    const { put, release, list } = holding()
    for (const person of [agent, customer]) {
      expect((await put({}, person)).status).toBe(403)
      expect((await release({}, person)).status).toBe(403)
    }
    await put()
    expect(await list(stranger)).toEqual([])
    expect((await release({}, stranger)).status).toBe(404)
    expect(await list()).toHaveLength(1)
  })

  it('names mail, the scanner or a webhook that is there', async () => {
    const { api, put } = holding()
    expect((await put({ params: { dependency: 'scanner' } })).status).toBe(201)
    expect((await put({ params: { dependency: 'webhook:crm' } })).status).toBe(404)
    await api.call(admin, putWebhook, {
      params: { name: 'crm' },
      body: { url: 'https://hooks.example.com/in', events: ['ticket.opened'] },
    })
    expect((await put({ params: { dependency: 'webhook:crm' } })).status).toBe(201)
    for (const dependency of ['printer', 'webhook:', 'mail ', 'MAIL'])
      expect((await put({ params: { dependency } })).status).toBe(404)
  })
})
