import { describe, expect, it } from 'vitest'
import { shapes } from '../../sagas/phases.ts'
import { giveUpAfterMs, whileEndpointIsDown } from '../../sagas/webhook/deliver.ts'
import { deleteWebhook, putHolds } from '../../tables/settings.ts'
import { faults } from './faults.ts'
import { endpoint, type Place, urls, WebhookCase } from './webhook-fixture.ts'

const everyPlace = Object.keys(urls) as Place[]

/** Asserts what must hold of a saga that has ended, whatever faults it met. */
async function expectDefinedEnd(given: WebhookCase, label: string): Promise<string> {
  const { saga, fences, deliveries, sends, attemptsOfHour, messages } = await given.outcome()
  const ids = new Set(messages.map(({ id }) => id))
  const bodies = new Set(messages.map(({ body }) => body))
  expect([[...ids], bodies.size], label).toEqual([messages.length > 0 ? [given.id] : [], ids.size])
  expect(saga.endedAt, label).toBeTruthy()
  // One fault may lose one answer: the attempt is paid and not made.
  expect(sends - attemptsOfHour, label).toBeOneOf([0, 1])
  if (saga.state === 'completed') {
    expect(fences, label).toEqual({ budget: 'done', deliver: 'done', record: 'done' })
    expect(deliveries.length, label).toBe(1)
    if (deliveries[0]?.outcome === 'delivered') expect(messages.length, label).toBeGreaterThan(0)
  } else {
    expect(saga.state, label).toBe('compensated')
    expect(fences, label).toMatchObject({ deliver: 'tombstone', record: 'absent' })
    expect([deliveries, messages], label).toEqual([[], []])
    expect(saga.reason, label).toBeTruthy()
  }
  return saga.state
}

describe.each(shapes)('a webhook saga, compiled to %s', (shape) => {
  it('sends one message and records its delivery', async () => {
    const given = await new WebhookCase({ shape }).begin('up')
    expect((await given.run()).status).toBe('succeeded')
    const { deliveries, messages } = await given.outcome()
    expect(await expectDefinedEnd(given, '')).toBe('completed')
    expect(deliveries).toMatchObject([{ endpoint: 'crm', ticketId: 'T1', seq: 2, outcome: 'delivered' }])
    const { url, secret } = endpoint
    expect(messages).toMatchObject([{ id: given.id, url, secrets: [secret], correlationId: 'C1' }])
    expect(JSON.parse(messages[0]?.body ?? '')).toEqual({
      type: 'ticket.comment_added',
      timestamp: '2026-03-01T11:00:00.000Z',
      data: { eventId: 'E2', tenant: 'acme', ticketId: 'T1', seq: 2, actor: 'bob', facts: { messageId: 'M2' } },
    })
  })

  it('is signed with both secrets while a rotated one is valid, by the time of each attempt', async () => {
    const given = await new WebhookCase({ shape }).begin('up')
    const now = (offsetMs: number) => new Date(given.runtime.now() + offsetMs).toISOString()
    await given.put({ url: urls.up, secret: 'whsec_new', previous: { secret: endpoint.secret, validUntil: now(1) } })
    await given.run()
    expect((await given.outcome()).messages).toMatchObject([{ secrets: ['whsec_new', endpoint.secret] }])
    const later = await new WebhookCase({ shape }).begin('up')
    await later.put({ url: urls.up, secret: 'whsec_new', previous: { secret: endpoint.secret, validUntil: now(0) } })
    await later.run()
    expect((await later.outcome()).messages).toMatchObject([{ secrets: ['whsec_new'] }])
  })

  it('waits while its endpoint is held, and not while another is', async () => {
    const given = await new WebhookCase({ shape }).begin('up')
    const held = (dependency: string) => ({ dependency, since: '2026-03-01T11:00:00.000Z', by: 'ada' })
    await given.store.write(putHolds('acme', { holds: [held('webhook:other'), held('webhook:crm')] }))
    const waiting = await given.run()
    expect(waiting.status).toBe('waiting')
    const { saga, messages } = await given.outcome()
    expect([saga.held?.dependency, messages]).toEqual(['webhook:crm', []])
    await given.store.write(putHolds('acme', { holds: [held('webhook:other')] }))
    expect((await waiting.resume()).status).toBe('succeeded')
    expect(await expectDefinedEnd(given, '')).toBe('completed')
  })

  it('is compensated when the endpoint refuses, and says why; the attempt stays paid', async () => {
    const given = await new WebhookCase({ shape }).begin('gone')
    expect((await given.run()).status).toBe('succeeded')
    expect(await expectDefinedEnd(given, '')).toBe('compensated')
    const { saga, sends } = await given.outcome()
    expect([saga.reason, sends, given.attempts.length]).toEqual(['deliver: the endpoint answered 410', 1, 1])
  })

  it('says why it is compensated, whichever answer is lost, and whatever errors are called', async () => {
    const clean = await new WebhookCase({ shape }).begin('gone')
    await clean.run()
    for (const errorName of [undefined, 'Error'])
      for (const fault of faults)
        for (let call = 1; call <= clean.calls.count; call++) {
          const plan = ({ number }: { number: number }) => (number === call ? fault : undefined)
          const given = await new WebhookCase({ shape, plan }).begin('gone')
          await given.run({ ...(errorName && { errorName }) })
          const { saga, fences } = await given.outcome()
          const label = `${fault} at call ${call}, errors called ${errorName}`
          expect([saga.state, fences.deliver, saga.reason], label).toEqual([
            'compensated',
            'tombstone',
            'deliver: the endpoint answered 410',
          ])
          // Its other attempts may be lost, but the refusal stays on the timeline, once.
          expect(saga.timeline.filter(({ outcome }) => outcome === 'refused').length, label).toBe(1)
        }
  })

  it('pays for each attempt, not for each message, and never from the budget for mail', async () => {
    const given = await new WebhookCase({ shape }).begin('down')
    given.beforeAttempt = (attempt) => (attempt === 4 ? given.put({ url: urls.up }) : undefined)
    await given.run()
    expect(given.attempts).toHaveLength(5)
    const counters = (await given.store.scan({ table: 'Quotas' })).rows
    expect(counters.reduce((sum, { used }) => sum + Number(used), 0)).toBe(5)
    expect(new Set(counters.map(({ pk }) => pk))).toEqual(new Set(['TENANT#acme#QUOTA#WEBHOOKS']))
  })

  it('makes its first attempt in the next hour when the budget is used up', async () => {
    const given = await new WebhookCase({ shape }).begin('up')
    await given.useUpBudget()
    let tasks = 0
    given.beforeTask = async () => {
      if (++tasks !== 3) return
      expect(given.attempts).toEqual([])
      await given.runtime.sleep(3_600_000)
    }
    expect((await given.run()).status).toBe('succeeded')
    const { saga, messages } = await given.outcome()
    const errors = saga.timeline.flatMap(({ error }) => (error ? [error.message] : []))
    expect(new Set(errors)).toEqual(new Set(['budget: the send budget of this hour is used up']))
    expect([saga.state, messages.length]).toEqual(['completed', 1])
  })

  it('has the hour of its attempts before it, when it waited for the budget for longer', async () => {
    const given = await new WebhookCase({ shape }).begin('down')
    await given.useUpBudget()
    let tasks = 0
    given.beforeTask = async () => {
      if (++tasks === 3) await given.runtime.sleep(3_600_000)
    }
    given.beforeAttempt = (attempt) => (attempt === 2 ? given.put({ url: urls.up }) : undefined)
    expect((await given.run()).status).toBe('succeeded')
    expect((await given.outcome()).deliveries).toMatchObject([{ outcome: 'delivered' }])
    expect(given.attempts.length).toBeGreaterThan(1)
  })

  it('makes its next attempt in the next hour when the budget is used up since the last one', async () => {
    const given = new WebhookCase({ shape })
    given.runtime.advance(1_800_000)
    await given.begin('down')
    given.beforeAttempt = async () => {
      if (given.attempts.length > 1) return
      await given.useUpBudget()
      await given.put({ url: urls.up })
    }
    let tasks = 0
    given.beforeTask = () => (given.attempts.length > 0 && ++tasks === 3 ? given.runtime.sleep(1_800_000) : undefined)
    expect((await given.run()).status).toBe('succeeded')
    const { saga, messages } = await given.outcome()
    const errors = saga.timeline.flatMap(({ error }) => (error ? [error.message] : []))
    expect(errors).toContain("deliver: the tenant's webhook budget of this hour is used up")
    expect([saga.state, messages.length, given.attempts.length]).toEqual(['completed', 1, 2])
  })

  it('gives up at its deadline also while the budget is used up, without one more attempt', async () => {
    const given = new WebhookCase({ shape })
    given.runtime.advance(1_800_000)
    await given.begin('down')
    given.beforeAttempt = async () => {
      given.runtime.advance(giveUpAfterMs - 1)
      await given.useUpBudget()
    }
    given.beforeTask = () => (given.attempts.length > 0 ? given.runtime.sleep(1) : undefined)
    expect((await given.run()).status).toBe('succeeded')
    const { saga, deliveries } = await given.outcome()
    expect(given.attempts).toHaveLength(1)
    expect(saga.reason).toBe("deliver: given up: the tenant's webhook budget of this hour is used up")
    expect(deliveries).toMatchObject([{ outcome: 'given-up' }])
  })

  it('retries while the endpoint is down, and sends the same message when it is back', async () => {
    const given = await new WebhookCase({ shape }).begin('down')
    given.beforeAttempt = (attempt) => (attempt === 4 ? given.put({ url: urls.up }) : undefined)
    expect((await given.run()).status).toBe('succeeded')
    expect(await expectDefinedEnd(given, '')).toBe('completed')
    const { saga } = await given.outcome()
    const failed = saga.timeline.filter(({ step, outcome }) => step === 'deliver' && outcome === 'failed')
    // The attempt that reached it again had read its old URL, so one more was needed.
    expect(failed.map(({ error }) => error?.message)).toEqual(
      Array(4).fill('deliver: the endpoint did not answer in time'),
    )
  })

  it('gives up at its deadline: it completes with the reason, and the failure is counted', async () => {
    const given = await new WebhookCase({ shape }).begin('down')
    given.beforeAttempt = (attempt) => {
      if (attempt === 6) given.runtime.sleep(giveUpAfterMs)
    }
    expect((await given.run()).status).toBe('succeeded')
    expect(await expectDefinedEnd(given, '')).toBe('completed')
    const { saga, deliveries, messages } = await given.outcome()
    const reason = 'deliver: given up: the endpoint did not answer in time'
    expect(saga.reason).toBe(reason)
    expect(saga.timeline.at(-2)).toMatchObject({ step: 'deliver', outcome: 'given-up', error: { message: reason } })
    expect(deliveries).toMatchObject([{ outcome: 'given-up' }])
    expect(messages).toEqual([])
    expect(given.given).toMatchObject([{ sagaId: given.id, endpoint: 'crm' }])
  })

  it('has its hour anew when it was held for longer: its first failure after the release is not its last', async () => {
    const given = await new WebhookCase({ shape }).begin('down')
    await given.store.write(
      putHolds('acme', { holds: [{ dependency: 'webhook:crm', since: '2026-03-01T11:00:00.000Z', by: 'ada' }] }),
    )
    const waiting = await given.run()
    expect(waiting.status).toBe('waiting')
    given.runtime.sleep(3 * giveUpAfterMs)
    await given.store.write(putHolds('acme', { holds: [] }))
    const releasedAtMs = given.runtime.now()
    given.beforeAttempt = (attempt) => {
      given.runtime.sleep(attempt < 4 ? 60_000 : giveUpAfterMs)
    }
    expect((await waiting.resume()).status).toBe('succeeded')
    const { saga } = await given.outcome()
    const tries = saga.timeline.filter(
      ({ step, startedAt }) => step === 'deliver' && Date.parse(startedAt) >= releasedAtMs,
    )
    expect(tries.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed', 'given-up'])
  })

  it.each([
    ['removed', (given: WebhookCase) => given.store.write(deleteWebhook('acme', 'crm'))],
    ['removed and put again', (given: WebhookCase) => given.put({ since: 9 })],
    ['not wanting that event any more', (given: WebhookCase) => given.put({ events: ['ticket.opened'] })],
  ])('sends nothing to an endpoint that is %s by the time of delivery', async (_, change) => {
    const given = await new WebhookCase({ shape }).begin('up')
    await change(given)
    expect((await given.run()).status).toBe('succeeded')
    const { saga, deliveries, messages } = await given.outcome()
    expect([saga.state, deliveries[0]?.outcome, messages]).toEqual(['completed', 'skipped', []])
  })
})

describe.each(shapes)('one fault in any call of a webhook saga (%s)', (shape) => {
  it.each(everyPlace.flatMap((place) => faults.map((fault) => [place, fault] as const)))(
    'it has a defined end: endpoint %s, %s',
    async (place, fault) => {
      let ended = 0
      for (let number = 1; number < 200; number++) {
        const plan = (call: { number: number }) => (call.number === number ? fault : undefined)
        const given = await new WebhookCase({ shape, plan }).begin(place)
        given.beforeAttempt = (attempt) => {
          if (attempt === 3) given.runtime.sleep(giveUpAfterMs)
        }
        const label = `${fault} at call ${number}`
        expect((await given.run()).status, label).toBe('succeeded')
        await given.lateCallsLand()
        const state = await expectDefinedEnd(given, label)
        expect(state, label).toBe(place === 'gone' ? 'compensated' : 'completed')
        if (given.calls.happened.length === 0) break
        ended++
      }
      expect(ended).toBeGreaterThan(5)
    },
  )
})

describe('an endpoint that stays down', () => {
  it('has retries that last longer than its deadline, so that the deadline ends them', () => {
    const { intervalSeconds, backoffRate, delaySecondsMax, retriesMax } = whileEndpointIsDown
    const waits = Array.from({ length: retriesMax }, (_, n) =>
      Math.min(delaySecondsMax, intervalSeconds * backoffRate ** n),
    )
    // Full jitter halves it on average.
    expect(waits.reduce((sum, wait) => sum + wait, 0) / 2).toBeGreaterThan(giveUpAfterMs / 1000)
  })
})
