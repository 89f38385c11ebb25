import { describe, expect, it } from 'vitest'
import { noopObserver } from '../../app/observer.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { getUser } from '../../functions/get-user/get-user.ts'
import { recordBounces } from '../../functions/record-bounce/record-bounce.ts'
import { readEvents } from '../../tables/events.ts'
import { createSaga } from '../../tables/sagas.ts'
import { Api, admin } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'

const at = '2026-03-01T11:00:00.000Z'
const headers = [
  { name: 'X-Steadfast-Id', value: 's1' },
  { name: 'X-Steadfast-Tenant', value: 'acme' },
]
const bounced = (emailAddress: string, bounceType = 'Permanent') => ({
  eventType: 'Bounce',
  bounce: { bounceType, feedbackId: 'f1', timestamp: at, bouncedRecipients: [{ emailAddress, action: 'failed' }] },
  mail: { messageId: 'm1', destination: [emailAddress], headers },
})

async function apiWithSaga() {
  const api = new Api()
  await api.call(admin, createUser, { body: { id: 'carla', role: 'customer', email: 'Carla@example.com' } })
  await api.store.write(
    createSaga({
      id: 's1',
      tenant: 'acme',
      name: 'notification',
      definition: 'd',
      input: null,
      aggregate: { type: 'ticket', id: 't1' },
      eventId: 'e1',
      recipient: 'carla',
      correlationId: 'c1',
      startedAt: at,
    }),
  )
  return api
}

function deliver({ store, runtime }: Api, ...messages: unknown[]) {
  const Records = messages.map((message) => ({ Sns: { Message: JSON.stringify(message) } }) as never)
  return recordBounces({ store, runtime, observer: noopObserver }, { Records }, runtime.now() + 10_000)
}

const suppressed = async (api: Api) =>
  (await api.call(admin, getUser, { params: { userId: 'carla' } })).json.mailSuppressed

describe('a permanent bounce', () => {
  it('suppresses the address, with an event that has the correlation id of the mail', async () => {
    const api = await apiWithSaga()
    await deliver(api, bounced('carla@EXAMPLE.com'))
    expect(await suppressed(api)).toMatchObject({ why: 'bounce' })
    const event = (await readEvents(api.store, 'acme', { type: 'user', id: 'carla' })).at(-1)
    expect(event).toMatchObject({
      type: 'user.mail_suppressed',
      data: { why: 'bounce' },
      actor: 'steadfast:system',
      correlationId: 'c1',
    })
    expect(JSON.stringify(event).toLowerCase()).not.toContain('carla@example.com')
  })

  it('takes effect once, however often it is delivered', async () => {
    const api = await apiWithSaga()
    await Promise.all([deliver(api, bounced('carla@example.com')), deliver(api, bounced('carla@example.com'))])
    const complaint = { complaint: { complainedRecipients: [{ emailAddress: 'carla@example.com' }], feedbackId: 'f2' } }
    await deliver(api, bounced('carla@example.com'), { ...complaint, mail: { messageId: 'm1', headers } })
    expect(await suppressed(api)).toMatchObject({ why: 'bounce' })
    expect((await readEvents(api.store, 'acme', { type: 'user', id: 'carla' })).length).toBe(2)
  })
})

describe('a complaint about spam', () => {
  it('suppresses the address too', async () => {
    const api = await apiWithSaga()
    const complainedRecipients = [{ emailAddress: 'Carla <carla@example.com>' }]
    await deliver(api, { complaint: { complainedRecipients }, mail: { messageId: 'm1', headers } })
    expect(await suppressed(api)).toMatchObject({ why: 'complaint' })
  })
})

describe('a notification of SES', () => {
  it.each([
    ['a transient bounce', bounced('carla@example.com', 'Transient')],
    ['an undetermined bounce', bounced('carla@example.com', 'Undetermined')],
    [
      'about an unknown saga',
      {
        ...bounced('carla@example.com'),
        mail: { messageId: 'm', headers: [headers[1], { ...headers[0], value: 's2' }] },
      },
    ],
    [
      'about another tenant',
      {
        ...bounced('carla@example.com'),
        mail: { messageId: 'm', headers: [headers[0], { ...headers[1], value: 'globex' }] },
      },
    ],
    [
      'about a tenant that cannot exist',
      {
        ...bounced('carla@example.com'),
        mail: { messageId: 'm', headers: [headers[0], { ...headers[1], value: 'a#b' }] },
      },
    ],
    ['about a mail that no saga sent', { ...bounced('carla@example.com'), mail: { messageId: 'm' } }],
    ['a delivery', { eventType: 'Delivery', mail: { messageId: 'm', headers } }],
  ])('changes nothing when it is %s', async (_, message) => {
    const api = await apiWithSaga()
    const before = await dumpStore(api.store)
    await deliver(api, message)
    expect(await dumpStore(api.store)).toEqual(before)
  })

  it('changes nothing when it is about an address that the user no longer has', async () => {
    const api = await apiWithSaga()
    await deliver(api, bounced('old@example.com'))
    expect(await suppressed(api)).toBeNull()
  })
})
