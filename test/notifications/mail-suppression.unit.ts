import { describe, expect, it } from 'vitest'
import { noopObserver } from '../../app/observer.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { getUser } from '../../functions/get-user/get-user.ts'
import { liftMailSuppression } from '../../functions/lift-mail-suppression/lift-mail-suppression.ts'
import { recordBounces } from '../../functions/record-bounce/record-bounce.ts'
import { readEvents } from '../../tables/events.ts'
import { createSaga } from '../../tables/sagas.ts'
import { Api, admin, agent, customer, stranger } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'

const carla = { params: { userId: customer.id } }

/** carla, whose address bounced at the API's time. */
async function apiWithBounce() {
  const api = new Api()
  await api.call(admin, createUser, {
    body: { id: customer.id, role: 'customer', name: 'Carla', email: 'carla@example.com' },
  })
  const saga = {
    id: 's1',
    tenant: 'acme',
    name: 'notification',
    definition: 'd',
    input: null,
    aggregate: { type: 'ticket' as const, id: 't1' },
    eventId: 'e1',
    recipient: customer.id,
    correlationId: 'c1',
    startedAt: new Date(api.runtime.now()).toISOString(),
  }
  await api.store.write(createSaga(saga))
  await bounce(api, 'first')
  return api
}

/** Delivers a notification of SES about a bounce that happened at `at`, or happens now. */
function bounce({ store, runtime }: Api, feedbackId: string, at = new Date(runtime.now()).toISOString()) {
  const message = {
    eventType: 'Bounce',
    bounce: {
      bounceType: 'Permanent',
      feedbackId,
      timestamp: at,
      bouncedRecipients: [{ emailAddress: 'carla@example.com' }],
    },
    mail: {
      messageId: 'm1',
      headers: [
        { name: 'X-Steadfast-Id', value: 's1' },
        { name: 'X-Steadfast-Tenant', value: 'acme' },
      ],
    },
  }
  const Records = [{ Sns: { Message: JSON.stringify(message) } }] as never
  return recordBounces({ store, runtime, observer: noopObserver }, { Records }, runtime.now() + 10_000)
}

const suppression = async (api: Api) => (await api.call(admin, getUser, carla)).json.mailSuppressed
const history = async (api: Api) => readEvents(api.store, 'acme', { type: 'user', id: customer.id })

describe('the suppression of mail to a person', () => {
  it('is lifted by an admin, and the history says who lifted what', async () => {
    const api = await apiWithBounce()
    expect(await suppression(api)).toMatchObject({ why: 'bounce' })
    const lifted = await api.call(admin, liftMailSuppression, carla)
    expect(lifted).toMatchObject({ status: 200, json: { mailSuppressed: null, name: 'Carla', version: 3 } })
    expect(lifted.headers.ETag).toBe('"3"')
    expect((await history(api)).at(-1)).toMatchObject({
      type: 'user.mail_suppression_lifted',
      data: { why: 'bounce' },
      actor: admin.id,
      seq: 3,
    })
  })

  it('is lifted once, however often it is requested, and a duplicate gets the first response', async () => {
    const api = await apiWithBounce()
    const [first, second] = await Promise.all([
      api.call(admin, liftMailSuppression, { ...carla, key: 'once' }),
      api.call(admin, liftMailSuppression, { ...carla, key: 'once' }),
    ])
    expect(second.text).toBe(first.text)
    const again = await api.call(admin, liftMailSuppression, carla)
    expect(again).toMatchObject({ status: 200, json: { mailSuppressed: null, version: 3 } })
    expect((await history(api)).map(({ type }) => type)).toEqual([
      'user.created',
      'user.mail_suppressed',
      'user.mail_suppression_lifted',
    ])
  })

  it('is not lifted when it changed since the admin looked', async () => {
    const api = await apiWithBounce()
    expect((await api.call(admin, liftMailSuppression, { ...carla, ifMatch: '"1"' })).status).toBe(412)
    expect(await suppression(api)).toMatchObject({ why: 'bounce' })
  })

  it.each([
    ['an agent', agent, 403],
    ['the person', customer, 403],
    ['an admin of another tenant, who does not find the person', stranger, 404],
  ])('is not lifted by %s', async (_, by, status) => {
    const api = await apiWithBounce()
    const before = await dumpStore(api.store)
    expect((await api.call(by, liftMailSuppression, carla)).status).toBe(status)
    expect(await dumpStore(api.store)).toEqual(before)
  })

  it('is back after a later bounce, with its own event', async () => {
    const api = await apiWithBounce()
    await api.call(admin, liftMailSuppression, carla)
    api.runtime.advance(60_000)
    await bounce(api, 'second')
    expect(await suppression(api)).toMatchObject({ why: 'bounce' })
    expect((await history(api)).map(({ type }) => type).slice(2)).toEqual([
      'user.mail_suppression_lifted',
      'user.mail_suppressed',
    ])
  })

  it.each([
    ['again, within the life of its request key', 'first', 60_000],
    ['again, days later: it was a dead letter', 'first', 10 * 24 * 3_600_000],
    ['for the first time, days later', 'another', 10 * 24 * 3_600_000],
  ])('stays lifted when a notification about an earlier bounce is delivered %s', async (_, feedbackId, delayMs) => {
    const api = await apiWithBounce()
    const bouncedAt = new Date(api.runtime.now()).toISOString()
    api.runtime.advance(3_600_000)
    await api.call(admin, liftMailSuppression, carla)
    api.runtime.advance(delayMs)
    await bounce(api, feedbackId, bouncedAt)
    expect(await suppression(api)).toBeNull()
  })
})
