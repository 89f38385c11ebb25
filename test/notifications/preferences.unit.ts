import { describe, expect, it } from 'vitest'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { getUser } from '../../functions/get-user/get-user.ts'
import { setPreferences } from '../../functions/set-preferences/set-preferences.ts'
import { readEvents } from '../../tables/events.ts'
import { Api, admin, customer } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'

const noMail = { channels: { inApp: true, email: false } }
const params = { userId: customer.id }

describe('the notification channels of a user', () => {
  it('are all enabled by default, and are stored with the user', async () => {
    const api = new Api()
    await api.openTicket(customer)
    expect((await api.call(customer, getUser, { params })).json.channels).toEqual({ inApp: true, email: true })
    const set = await api.call(customer, setPreferences, { body: noMail })
    expect(set).toMatchObject({ status: 200, headers: { ETag: '"2"' }, json: { id: 'carla', ...noMail, version: 2 } })
    expect((await api.call(customer, getUser, { params })).json.channels).toEqual(noMail.channels)
    const [, event] = await readEvents(api.store, 'acme', { type: 'user', id: customer.id })
    expect(event).toMatchObject({ type: 'user.preferences_changed', data: noMail.channels, actor: customer.id })
  })

  it('can be set by the first request of an unregistered user, and are kept when an admin completes the user', async () => {
    const api = new Api()
    expect((await api.call(customer, setPreferences, { body: noMail })).json.version).toBe(2)
    await api.call(admin, createUser, { body: { id: customer.id, role: 'customer', name: 'Carla' } })
    expect((await api.call(customer, getUser, { params })).json).toMatchObject({ name: 'Carla', ...noMail })
  })

  it('are set once per key: a duplicate gets the first response, and setting the same channels makes no event', async () => {
    const api = new Api()
    const first = await api.call(customer, setPreferences, { body: noMail, key: 'k' })
    await api.call(customer, setPreferences, { body: { channels: { inApp: false, email: true } } })
    const again = await api.call(customer, setPreferences, { body: noMail, key: 'k' })
    expect([again.text, again.headers['Idempotent-Replayed']]).toEqual([first.text, 'true'])
    const other = await api.call(customer, setPreferences, {
      body: { channels: { inApp: true, email: true } },
      key: 'k',
    })
    expect(other.status).toBe(422)
    const same = await api.call(customer, setPreferences, { body: { channels: { inApp: false, email: true } } })
    expect([same.status, same.json.version]).toEqual([200, 3])
  })

  it('are not set for an outdated If-Match, for a deactivated user, or when some are missing', async () => {
    const api = new Api()
    await api.call(customer, setPreferences, { body: noMail })
    await api.call(admin, createUser, { body: { id: 'x', role: 'customer' } })
    const before = await dumpStore(api.store)
    const all = { channels: { inApp: true, email: true } }
    expect((await api.call(customer, setPreferences, { body: all, ifMatch: '"1"' })).status).toBe(412)
    const bad = [{}, { channels: {} }, { channels: { inApp: true } }, { channels: { ...noMail.channels, sms: true } }]
    for (const body of [...bad, { ...noMail, id: 'x' }, { channels: { inApp: 1, email: 'no' } }, { channels: null }])
      expect([body, (await api.call(customer, setPreferences, { body })).status]).toEqual([body, 422])
    expect(await dumpStore(api.store)).toEqual(before)
    await api.call(admin, deactivateUser, { params })
    expect((await api.call(customer, setPreferences, { body: all })).status).toBe(403)
  })
})
