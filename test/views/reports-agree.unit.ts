import { describe, expect, it } from 'vitest'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { getDashboard } from '../../functions/get-dashboard/get-dashboard.ts'
import { getTicketSla } from '../../functions/get-ticket-sla/get-ticket-sla.ts'
import { putSlaPolicy } from '../../functions/put-sla-policy/put-sla-policy.ts'
import { Api, admin, agent, customer } from '../fixtures/api.ts'
import { slaPolicy } from '../fixtures/sla-policy.ts'
import { projectAll } from './projecting.ts'

const minuteMs = 60_000
const always = [{ from: '00:00', to: '24:00' }]
const week = {
  monday: always,
  tuesday: always,
  wednesday: always,
  thursday: always,
  friday: always,
  saturday: always,
  sunday: always,
}

/** A tenant whose business hours never end, so that business time is time. */
async function tenantWithTicket() {
  const api = new Api()
  await api.call(admin, putSlaPolicy, { params: { policyId: 'p' }, body: slaPolicy({ businessHours: week }) })
  const params = { ticketId: await api.openTicket(customer) }
  const resolve = () => api.call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'r' } })
  const comment = (body: object = {}) => api.call(agent, addComment, { params, body: { body: 'b', ...body } })
  await comment()
  return { api, params, resolve, comment }
}

/** What both reports say of the one ticket that was opened, in whole seconds, and by which definitions. */
async function reports(api: Api, params: { ticketId: string }) {
  await projectAll(api)
  const dashboard = (await api.call(agent, getDashboard, { query: { from: '2026-03-01', to: '2026-03-03' } })).json
  const sla = (await api.call(agent, getTicketSla, { params })).json
  const seconds = (target: unknown) => {
    const { doneAt, elapsedMs } = target as { doneAt?: string; elapsedMs: number }
    return doneAt === undefined ? [] : [Math.round(elapsedMs / 1_000)]
  }
  const means = (name: 'firstAnswers' | 'resolutions') =>
    (dashboard.days as Record<typeof name, { count: number; meanSeconds: number }>[]).flatMap((day) =>
      Array.from({ length: day[name].count }, () => Math.round(day[name].meanSeconds)),
    )
  return {
    dashboard: { firstAnswers: means('firstAnswers'), resolutions: means('resolutions') },
    sla: { firstAnswers: seconds(sla.firstAnswer), resolutions: seconds(sla.resolution) },
    definitions: { dashboard: JSON.stringify(dashboard), sla: sla.measures as Record<string, string> },
  }
}

describe('the dashboard and the SLA of a ticket', () => {
  it('agree on the times to the first answer and to the resolution, and define them in the same words', async () => {
    const { api, params, resolve } = await tenantWithTicket()
    api.runtime.advance(30 * minuteMs)
    await resolve()
    const { dashboard, sla, definitions } = await reports(api, params)
    expect(dashboard).toEqual(sla)
    expect(dashboard.resolutions).toEqual([1_800])
    for (const text of Object.values(definitions.sla)) expect(definitions.dashboard).toContain(text)
  })

  it('agree after an answer came in late that was written before the first one', async () => {
    const { api, params, comment } = await tenantWithTicket()
    api.runtime.advance(60 * minuteMs)
    const other = { ticketId: await api.openTicket(customer) }
    api.runtime.advance(30 * minuteMs)
    const occurredAt = new Date(api.runtime.now() - 20 * minuteMs).toISOString()
    await api.call(agent, addComment, { params: other, body: { body: 'seen first' } })
    await projectAll(api)
    await api.call(agent, addComment, { params: other, body: { body: 'by mail', occurredAt } })
    await comment()
    const [first, late] = [await reports(api, params), await reports(api, other)]
    expect(late.sla.firstAnswers).toEqual([600])
    expect(late.dashboard.firstAnswers.toSorted()).toEqual([300, 300])
    expect(first.sla.firstAnswers).toEqual([0])
  })

  it('agree that a resolution was none which a correction took back', async () => {
    const { api, params, resolve } = await tenantWithTicket()
    api.runtime.advance(10 * minuteMs)
    await resolve()
    await projectAll(api)
    const correction = { corrects: { seq: 3 }, to: { status: 'open' }, reason: 'Resolved by mistake.' }
    expect((await api.call(admin, correctTicket, { params, body: correction })).status).toBe(200)
    const taken = await reports(api, params)
    expect([taken.sla.resolutions, taken.dashboard.resolutions]).toEqual([[], []])
    api.runtime.advance(50 * minuteMs)
    await resolve()
    const { sla, dashboard } = await reports(api, params)
    expect([sla.resolutions, dashboard.resolutions]).toEqual([[3_600], [3_600]])
  })
})
