import { describe, expect, it } from 'vitest'
import { listNotices } from '../../functions/list-notices/list-notices.ts'
import { readNotice } from '../../functions/read-notice/read-notice.ts'
import { postNotice, withdrawNotice } from '../../tables/notices.ts'
import { Api, admin, customer, otherCustomer, stranger } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

const owner = { tenant: customer.tenant, userId: customer.id }
const notice = {
  id: '20260301T110000000Z-a1',
  type: 'ticket.opened',
  ticketId: 't1',
  seq: 1,
  createdAt: '2026-03-01T11:00:00.000Z',
  correlationId: 'c',
}
const params = { noticeId: notice.id }

async function apiWithNotice() {
  const api = new Api()
  for (const person of [customer, otherCustomer, admin]) await api.openTicket(person)
  await api.store.write(postNotice(owner, notice))
  return api
}

const shown = async (api: Api) => (await api.call(customer, listNotices)).json.items[0]

describe('marking a notice as read', () => {
  it('is visible in the list, and keeps the time of the first time', async () => {
    const api = await apiWithNotice()
    expect(await shown(api)).toMatchObject({ id: notice.id, readAt: null })
    const first = await api.call(customer, readNotice, { params })
    expect(first).toMatchObject({ status: 200, json: { id: notice.id, readAt: expect.any(String) } })
    expect(await shown(api)).toEqual(first.json)
    api.runtime.advance(60_000)
    const second = await api.call(customer, readNotice, { params })
    expect(second.json).toEqual(first.json)
    expect(second.headers['Idempotent-Replayed']).toBeUndefined()
  })

  it('is committed with its request key: a duplicate gets the first response even when the notice has been withdrawn', async () => {
    const api = await apiWithNotice()
    const first = await api.call(customer, readNotice, { params, key: 'k' })
    await api.store.write(withdrawNotice(owner, notice.id))
    const again = await api.call(customer, readNotice, { params, key: 'k' })
    expect([again.status, again.text, again.headers['Idempotent-Replayed']]).toEqual([200, first.text, 'true'])
    expect((await api.call(customer, readNotice, { params: { noticeId: 'another' }, key: 'k' })).status).toBe(422)
  })

  it('makes no event', async () => {
    const api = await apiWithNotice()
    const before = (await allRows(api.store, 'Events')).length
    await api.call(customer, readNotice, { params })
    expect((await allRows(api.store, 'Events')).length).toBe(before)
  })

  it("does not find another user's notice or an unknown one, and stores nothing", async () => {
    const api = await apiWithNotice()
    const before = await dumpStore(api.store)
    for (const person of [otherCustomer, admin, stranger, { ...customer, tenant: 'globex' }])
      expect((await api.call(person, readNotice, { params })).status).toBe(404)
    expect((await api.call(customer, readNotice, { params: { noticeId: 'nowhere' } })).status).toBe(404)
    expect((await api.call(customer, readNotice, { params: { noticeId: '../x' } })).status).toBe(404)
    expect((await api.call(customer, readNotice, { params, body: { readAt: 'x' } })).status).toBe(422)
    expect(await dumpStore(api.store)).toEqual(before)
  })

  it('does not recreate a notice that is withdrawn at the same time', async () => {
    const api = await apiWithNotice()
    let isWithdrawn = false
    const racing = interceptStore(api.store, async (call, proceed) => {
      if (call.method === 'transactWrite' && !isWithdrawn) {
        isWithdrawn = true
        await api.store.write(withdrawNotice(owner, notice.id))
      }
      return proceed()
    })
    expect((await api.withStore(racing).call(customer, readNotice, { params })).status).toBe(404)
    expect(await allRows(api.store, 'Notices')).toEqual([])
  })

  it('twice at once stores one time', async () => {
    const api = await apiWithNotice()
    const both = await Promise.all([1, 2].map(() => api.call(customer, readNotice, { params })))
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect(new Set(both.map(({ text }) => text)).size).toBe(1)
  })
})
