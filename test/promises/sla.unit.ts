import { describe, expect, it } from 'vitest'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { getTicketSla } from '../../functions/get-ticket-sla/get-ticket-sla.ts'
import { putSlaPolicy } from '../../functions/put-sla-policy/put-sla-policy.ts'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { invariants } from '../../proof/check/invariants.ts'
import { Api, admin, agent, customer, otherCustomer, stranger } from '../fixtures/api.ts'
import { HalfAppliedSystem } from '../fixtures/half-applied-system.ts'
import { slaPolicy } from '../fixtures/sla-policy.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'

const minuteMs = 60_000
const put = (api: Api, policyId: string, changes: object = {}, call: { key?: string; ifMatch?: string } = {}) =>
  api.call(admin, putSlaPolicy, { params: { policyId }, body: slaPolicy(changes), ...call })
const sla = (api: Api, ticketId: string, asKnownAt?: string) =>
  api.call(agent, getTicketSla, { params: { ticketId }, query: asKnownAt === undefined ? {} : { asKnownAt } })
const comment = (api: Api, ticketId: string, body: object) =>
  api.call(agent, addComment, { params: { ticketId }, body: { body: 'Water is on its way.', ...body } })
const nowOf = (api: Api) => new Date(api.runtime.now()).toISOString()
const problemOf = ({ status, json }: { status: number; json: { type: string } }) => [
  status,
  json.type.split('/').at(-1),
]

/** On a Monday at ten in Berlin. */
async function apiOnMonday(): Promise<Api> {
  const api = new Api()
  for (const person of [agent, admin, customer]) await api.openTicket(person)
  api.runtime.advance(Date.parse('2026-03-02T09:00:00Z') - api.runtime.now())
  return api
}

describe('the SLA of a ticket', () => {
  it('is known as soon as the ticket is, also to a reader whose clock is behind', async () => {
    const api = await apiOnMonday()
    const ticketId = await api.openTicket(customer)
    const behind = new Api({
      store: api.store,
      runtime: new VirtualRuntime({ nowMs: api.runtime.now() - 4 * minuteMs }),
    })
    expect(await sla(behind, ticketId)).toMatchObject({ status: 200, json: { asKnownAt: nowOf(api) } })
  })

  it('has the last event of the ticket, also while its transaction is being applied', async () => {
    const system = new HalfAppliedSystem()
    await put(system.api, 'standard')
    const ticketId = await system.api.openTicket(customer)
    await system.whileLate(['Events'], (api) => comment(api, ticketId, {}))
    const early = await sla(system.readsFirst(), ticketId)
    await system.untilApplied()
    const { firstAnswer } = (await sla(system.api, ticketId)).json
    expect(firstAnswer).toMatchObject({ state: 'met' })
    expect(early.json.firstAnswer).toEqual(firstAnswer)
  })
})

describe('an SLA policy', () => {
  it('is created once per Idempotency-Key, and a duplicate gets the first response', async () => {
    const api = await apiOnMonday()
    const first = await put(api, 'standard', {}, { key: 'once' })
    expect(first).toMatchObject({
      status: 201,
      headers: { ETag: '"1"', Location: expect.stringMatching(/\/sla-policies\/standard$/) },
      json: { id: 'standard', revision: 1, validFrom: '2026-01-01T00:00:00.000Z' },
    })
    await put(api, 'standard', { timeZone: 'UTC' })
    const second = await put(api, 'standard', {}, { key: 'once' })
    expect([second.text, second.headers['Idempotent-Replayed']]).toEqual([first.text, 'true'])
  })

  it('stays as it is when it is put as it is, whatever offset its times are written in', async () => {
    const api = await apiOnMonday()
    await put(api, 'standard')
    expect(await put(api, 'standard', { validFrom: '2026-01-01T01:00:00+01:00' })).toMatchObject({
      status: 200,
      headers: { ETag: '"1"' },
    })
  })

  it('cannot be valid at the same time as another, and may begin when that one ends', async () => {
    const api = await apiOnMonday()
    await put(api, 'spring', { validTo: '2026-06-01T00:00:00Z' })
    const overlapping = await put(api, 'summer', { validFrom: '2026-05-31T23:59:59.999Z' })
    expect(problemOf(overlapping)).toEqual([409, 'sla-policy-overlaps'])
    expect(overlapping.json).toMatchObject({ policyId: 'spring', validTo: '2026-06-01T00:00:00.000Z' })
    expect((await put(api, 'summer', { validFrom: '2026-06-01T02:00:00+02:00' })).status).toBe(201)
    expect(problemOf(await put(api, 'always', { validFrom: '2020-01-01T00:00:00Z' }))).toEqual([
      409,
      'sla-policy-overlaps',
    ])
    expect(problemOf(await put(api, 'spring'))).toEqual([409, 'sla-policy-overlaps'])
  })

  it('wins over one that is put at the same time for an overlapping validity: one of the two is refused', async () => {
    const api = await apiOnMonday()
    const answers = await Promise.all([put(api, 'one'), put(api, 'two', { validFrom: '2026-02-01T00:00:00Z' })])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409])
  })

  it('is changed only at the version that If-Match names', async () => {
    const api = await apiOnMonday()
    expect(problemOf(await put(api, 'standard', {}, { ifMatch: '"1"' }))).toEqual([412, 'version-mismatch'])
    await put(api, 'standard')
    expect((await put(api, 'standard', { timeZone: 'UTC' }, { ifMatch: '"1"' })).status).toBe(200)
    expect(problemOf(await put(api, 'standard', {}, { ifMatch: '"1"' }))).toEqual([412, 'version-mismatch'])
  })

  it('is put by admins only', async () => {
    const api = await apiOnMonday()
    for (const person of [customer, agent]) {
      const response = await api.call(person, putSlaPolicy, { params: { policyId: 'p' }, body: slaPolicy() })
      expect(response.status).toBe(403)
    }
  })

  it.each([
    ['a validity that ends before it begins', { validTo: '2025-12-31T00:00:00Z' }, '/validTo'],
    ['a time without an offset', { validFrom: '2026-01-01T00:00:00' }, '/validFrom'],
    ['a year with more than four digits in UTC', { validFrom: '9999-12-31T23:59:59-12:00' }, '/validFrom'],
    ['a time zone that does not exist', { timeZone: 'Europe/Atlantis' }, '/timeZone'],
    ['no business hours', { businessHours: {} }, '/businessHours'],
    ['a target of no time', { targets: { low: { firstAnswerMinutes: 0 } } }, '/targets/low/firstAnswerMinutes'],
    ['an unknown member', { name: 'x' }, '/name'],
  ])('is refused with %s', async (_, changes, pointer) => {
    const response = await put(await apiOnMonday(), 'standard', changes)
    expect(problemOf(response)).toEqual([422, 'invalid-request'])
    expect((response.json.errors as { pointer: string }[]).map((error) => error.pointer)).toContain(pointer)
  })

  it('is one of a bounded number', async () => {
    const api = await apiOnMonday()
    const year = (index: number) => ({
      validFrom: `${2100 + index}-01-01T00:00:00Z`,
      validTo: `${2100 + index}-12-31T00:00:00Z`,
    })
    for (let index = 0; index < 30; index++) expect((await put(api, `p${index}`, year(index))).status).toBe(201)
    expect(problemOf(await put(api, 'p30', year(30)))).toEqual([409, 'too-many-sla-policies'])
    expect((await put(api, 'p0', { ...year(0), timeZone: 'UTC' })).status).toBe(200)
  })
})

describe('whether a ticket was within its SLA', () => {
  it('follows from the policy that was valid when it was opened, and from its first answer and resolution', async () => {
    const api = await apiOnMonday()
    await put(api, 'standard')
    const ticketId = await api.openTicket(customer)
    expect((await sla(api, ticketId)).json).toMatchObject({
      timeZone: 'Europe/Berlin',
      policy: { id: 'standard', revision: 1 },
      measures: { firstAnswer: expect.stringContaining('anybody but the requester') },
      isKept: null,
      firstAnswer: { state: 'pending', targetMinutes: 60, dueAt: '2026-03-02T10:00:00.000Z', elapsedMs: 0 },
      resolution: { state: 'pending', dueAt: '2026-03-04T09:00:00.000Z' },
    })
    api.runtime.advance(30 * minuteMs)
    await comment(api, ticketId, {})
    await api.call(agent, changeStatus, { params: { ticketId }, body: { to: 'resolved', reason: 'Put out.' } })
    const doneAt = '2026-03-02T09:30:00.000Z'
    expect((await sla(api, ticketId)).json).toMatchObject({
      isKept: true,
      firstAnswer: { state: 'met', doneAt, elapsedMs: 30 * minuteMs },
      resolution: { state: 'met', doneAt },
    })
  })

  it('is missed from the moment on when a target has passed, and not at that moment', async () => {
    const api = await apiOnMonday()
    await put(api, 'standard')
    const ticketId = await api.openTicket(customer)
    api.runtime.advance(60 * minuteMs)
    expect((await sla(api, ticketId)).json).toMatchObject({ isKept: null, firstAnswer: { state: 'pending' } })
    api.runtime.advance(1)
    expect((await sla(api, ticketId)).json).toMatchObject({ isKept: false, firstAnswer: { state: 'missed' } })
  })

  it('has two answers after a comment that came in late: as known then, and as known now', async () => {
    const api = await apiOnMonday()
    await put(api, 'standard')
    const ticketId = await api.openTicket(customer)
    api.runtime.advance(120 * minuteMs)
    const then = nowOf(api)
    api.runtime.advance(minuteMs)
    await comment(api, ticketId, { occurredAt: '2026-03-02T09:20:00Z' })
    expect((await sla(api, ticketId)).json.firstAnswer).toMatchObject({
      state: 'met',
      doneAt: '2026-03-02T09:20:00.000Z',
    })
    expect((await sla(api, ticketId, then)).json).toMatchObject({
      asKnownAt: then,
      isKept: false,
      firstAnswer: { state: 'missed', elapsedMs: 120 * minuteMs },
    })
  })

  it('has two answers after a policy was corrected for times that are past, and both are kept', async () => {
    const api = await apiOnMonday()
    await put(api, 'standard')
    const ticketId = await api.openTicket(customer)
    api.runtime.advance(90 * minuteMs)
    await comment(api, ticketId, {})
    const then = nowOf(api)
    api.runtime.advance(24 * 60 * minuteMs)
    const target = { firstAnswerMinutes: 120, resolutionMinutes: 960 }
    await put(api, 'standard', { targets: { low: target, normal: target, high: target, urgent: target } })
    const [known, now] = [await sla(api, ticketId, then), await sla(api, ticketId)]
    expect(known.json).toMatchObject({ policy: { revision: 1 }, firstAnswer: { state: 'missed', targetMinutes: 60 } })
    expect(now.json).toMatchObject({ policy: { revision: 2 }, firstAnswer: { state: 'met', targetMinutes: 120 } })
    expect((await sla(api, ticketId, then)).text).toBe(known.text)
  })

  it('is judged by no policy before the first was recorded, or when none was valid', async () => {
    const api = await apiOnMonday()
    const ticketId = await api.openTicket(customer)
    const then = nowOf(api)
    api.runtime.advance(minuteMs)
    await put(api, 'standard')
    await put(api, 'standard', { validFrom: '2026-03-03T00:00:00Z' })
    const none = { policy: null, isKept: null, firstAnswer: null, resolution: null, timeZone: null }
    expect((await sla(api, ticketId, then)).json).toMatchObject(none)
    expect((await sla(api, ticketId)).json).toMatchObject(none)
  })

  it('cannot be asked for as known in the future, nor before the ticket was recorded', async () => {
    const api = await apiOnMonday()
    const ticketId = await api.openTicket(customer)
    expect(problemOf(await sla(api, ticketId, '2027-01-01T00:00:00Z'))).toEqual([422, 'invalid-request'])
    expect(problemOf(await sla(api, ticketId, '2026-03-02'))).toEqual([422, 'invalid-request'])
    expect(problemOf(await sla(api, ticketId, '2026-03-02T08:59:59Z'))).toEqual([404, 'not-found'])
  })

  it('is shown to those who may see the ticket, by the policies of their own tenant', async () => {
    const api = await apiOnMonday()
    await put(api, 'standard')
    const ticketId = await api.openTicket(customer)
    const seenBy = async (person: typeof customer) =>
      (await api.call(person, getTicketSla, { params: { ticketId } })).status
    expect([await seenBy(customer), await seenBy(otherCustomer), await seenBy(stranger)]).toEqual([200, 404, 404])
    const theirs = await api.openTicket({ ...customer, tenant: 'globex' })
    const answer = await api.call(stranger, getTicketSla, { params: { ticketId: theirs } })
    expect(answer.json).toMatchObject({ policy: null })
  })

  it('leaves stored data in which every invariant about policies holds', async () => {
    const api = await apiOnMonday()
    await put(api, 'standard')
    await put(api, 'standard', { timeZone: 'UTC' })
    const evidence = await gatherEvidence(api.store, api.runtime.now())
    for (const { number, violations } of invariants.filter(({ number }) => [1, 2, 3, 5, 29].includes(number)))
      expect([number, violations(evidence)]).toEqual([number, []])
  })
})
