import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays } from '../../domain/calendar-days.ts'
import {
  type Activity,
  contribute,
  durationBoundsMinutes,
  type TrackedTicket,
  trackTicket,
} from '../../domain/dashboard.ts'
import type { DomainEvent } from '../../domain/event.ts'
import type { Status } from '../../domain/ticket-status.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { toDays } from '../../functions/get-dashboard/dashboard-resource.ts'
import { getDashboard } from '../../functions/get-dashboard/get-dashboard.ts'
import { getStats } from '../../functions/get-stats/get-stats.ts'
import { Api, agent, customer, otherAgent, stranger } from '../fixtures/api.ts'
import type { Person } from '../fixtures/tokens.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { event } from '../relay/fixtures.ts'
import { projectAll } from './projecting.ts'

const minuteMs = 60_000

interface Durations {
  count: number
  meanSeconds: number | null
  histogram: { upToMinutes: number | null; count: number }[]
}
interface Day {
  date: string
  opened: number
  closed: number
  firstAnswers: Durations
  resolutions: Durations
}

/** A tenant whose clock the test sets. */
class Tenant {
  readonly runtime = new VirtualRuntime()
  readonly api = new Api({ runtime: this.runtime })

  at(time: string): this {
    this.runtime.advance(Date.parse(time) - this.runtime.now())
    return this
  }

  later(minutes: number): this {
    this.runtime.advance(minutes * minuteMs)
    return this
  }

  async comment(ticketId: string, by: Person): Promise<void> {
    const { status } = await this.api.call(by, addComment, { params: { ticketId }, body: { body: 'Hello.' } })
    expect(status).toBe(201)
  }

  async change(ticketId: string, ...statuses: Status[]): Promise<void> {
    for (const to of statuses) {
      const { status } = await this.api.call(agent, changeStatus, { params: { ticketId }, body: { to, reason: 'r' } })
      expect(status).toBe(200)
    }
  }

  async dashboard(query: Record<string, string>, person = agent) {
    await projectAll(this.api)
    const { status, headers, json } = await this.api.call(person, getDashboard, { query })
    return { status, headers, json, days: (json.days ?? []) as Day[] }
  }
}

const onlyDay = ({ days }: { days: Day[] }): Day => {
  const [day] = days.filter(({ opened, closed, firstAnswers }) => opened + closed + firstAnswers.count > 0)
  if (!day) throw new Error('nothing has happened')
  return day
}

describe('the dashboard', () => {
  it('counts per day what was opened and closed, and tells the times to the first answer and to the resolution', async () => {
    const tenant = new Tenant().at('2026-03-02T10:00:00.000Z')
    const first = await tenant.api.openTicket(customer)
    const second = await tenant.later(20).api.openTicket(customer)
    await tenant.later(10).comment(first, agent)
    await tenant.comment(second, agent)
    await tenant.change(first, 'resolved', 'closed')
    const { days, json } = await tenant.dashboard({ from: '2026-03-01', to: '2026-03-03' })
    expect(days.map(({ date }) => date)).toEqual(['2026-03-01', '2026-03-02', '2026-03-03'])
    const [before, day] = days
    expect(before).toMatchObject({ opened: 0, firstAnswers: { count: 0, meanSeconds: null } })
    expect(day).toMatchObject({ opened: 2, closed: 1, firstAnswers: { count: 2, meanSeconds: 20 * 60 } })
    expect(day?.resolutions).toMatchObject({ count: 1, meanSeconds: 30 * 60 })
    expect(day?.firstAnswers.histogram.filter(({ count }) => count > 0)).toEqual([
      { upToMinutes: 15, count: 1 },
      { upToMinutes: 60, count: 1 },
    ])
    expect(json.byStatus).toMatchObject({ open: 1, closed: 1 })
  })

  it('counts as first answer only the first comment by anybody but the requester', async () => {
    const tenant = new Tenant().at('2026-03-02T10:00:00.000Z')
    const ticketId = await tenant.api.openTicket(customer)
    await tenant.later(5).comment(ticketId, customer)
    await tenant.later(5).comment(ticketId, agent)
    await tenant.later(5).comment(ticketId, otherAgent)
    expect(onlyDay(await tenant.dashboard({ to: '2026-03-02' })).firstAnswers).toMatchObject({
      count: 1,
      meanSeconds: 600,
    })
  })

  it('counts a ticket as resolved once, and each of its closings', async () => {
    const tenant = new Tenant().at('2026-03-02T10:00:00.000Z')
    const ticketId = await tenant.api.openTicket(customer)
    await tenant.later(11 * 24 * 60).change(ticketId, 'resolved', 'closed', 'open', 'resolved', 'closed')
    const { days } = await tenant.dashboard({ from: '2026-03-10', to: '2026-03-20' })
    const day = onlyDay({ days })
    expect(day).toMatchObject({ date: '2026-03-13', closed: 2, resolutions: { count: 1 } })
    expect(day.resolutions.histogram.at(-1)).toEqual({ upToMinutes: null, count: 1 })
    expect(day.resolutions.histogram).toHaveLength(durationBoundsMinutes.length + 1)
  })

  it('takes a resolution back that was wrongly recorded, from the day to which it was counted', () => {
    const resolved = event('t1', 2, {
      type: 'ticket.status_changed',
      data: { from: 'open', to: 'resolved', messageId: 'm' },
    })
    const data = { corrects: { seq: 2 }, from: { status: 'resolved' }, to: { status: 'open' }, messageId: 'm' } as const
    let ticket: TrackedTicket | undefined
    let sum: Activity = {}
    for (const one of [event('t1', 1), resolved, event('t1', 3, { type: 'ticket.corrected', data })]) {
      const tracked = trackTicket(ticket, one)
      for (const contribution of tracked.contributions) sum = contribute(sum, contribution)
      ticket = tracked.ticket
    }
    expect(sum).toEqual({ opened: 1, resolutions: { count: 0, sumMs: 0, buckets: { 5: 0 } } })
    expect(ticket).toMatchObject({ seq: 3 })
    expect(ticket).not.toHaveProperty('resolvedAt')
  })

  it('moves the first answer to the time when it was written, where that was recorded after a later one', () => {
    const at = (occurredAt: string) => ({ occurredAt, recordedAt: '2026-03-02T13:00:00.000Z' })
    const history = [
      { ...event('t1', 1), ...at('2026-03-02T10:00:00.000Z') },
      { ...event('t1', 2), ...at('2026-03-02T12:30:00.000Z') },
      { ...event('t1', 3), ...at('2026-03-02T12:10:00.000Z') },
      { ...event('t1', 4), ...at('2026-03-02T09:00:00.000Z') },
      { ...event('t1', 5), ...at('2026-03-02T12:00:00.000Z') },
    ]
    const total = (events: DomainEvent[]) => {
      let ticket: TrackedTicket | undefined
      let activity: Activity = {}
      for (const each of events) {
        const tracked = trackTicket(ticket, each)
        for (const contribution of tracked.contributions) activity = contribute(activity, contribution)
        ticket = tracked.ticket
      }
      return activity.firstAnswers
    }
    expect(total(history.slice(0, 2))).toEqual({ count: 1, sumMs: 150 * minuteMs, buckets: { 240: 1 } })
    expect(total(history.slice(0, 3))).toMatchObject({ count: 1, sumMs: 130 * minuteMs })
    expect(total(history)).toEqual({ count: 1, sumMs: 0, buckets: { 5: 1, 240: 0 } })
  })

  it('agrees with the counts, and says up to when it goes, whose days it shows and what its numbers mean', async () => {
    const tenant = new Tenant().at('2026-03-02T10:00:00.000Z')
    const ticketId = await tenant.api.openTicket(customer)
    await tenant.later(1).change(ticketId, 'in_progress')
    const { json, headers } = await tenant.dashboard({ timeZone: 'Asia/Kathmandu' })
    const stats = await tenant.api.call(agent, getStats)
    expect(json.byStatus).toEqual(stats.json.counts)
    expect([json.asOf, headers['X-View-Sequence']]).toEqual([stats.json.asOf, stats.headers['X-View-Sequence']])
    expect(json).toMatchObject({ from: '2026-02-24', to: '2026-03-02', timeZone: 'Asia/Kathmandu' })
    expect(json.metrics).toMatchObject({ opened: expect.any(String), firstAnswers: expect.stringMatching(/requester/) })
    expect(Date.parse(String(json.asOf)) - Date.parse('2026-03-02T10:01:00.000Z')).toBeLessThan(minuteMs)
  })

  it("knows nothing of another tenant's tickets", async () => {
    const tenant = new Tenant().at('2026-03-02T10:00:00.000Z')
    await tenant.api.openTicket(customer)
    const { days, json } = await tenant.dashboard({ to: '2026-03-02' }, stranger)
    expect([days.every(({ opened }) => opened === 0), json.asOf]).toEqual([true, null])
  })

  it.each<[why: string, query: Record<string, string>, pointer: string]>([
    ['more than 31 days', { from: '2026-03-01', to: '2026-04-01' }, '/from'],
    ['days in the wrong order', { from: '2026-03-02', to: '2026-03-01' }, '/from'],
    ['a day that does not exist', { from: '2026-02-30', to: '2026-03-01' }, '/from'],
    ['days before any calendar of this API', { to: '0000-01-01' }, '/to'],
    ['days after any', { to: '9999-12-31' }, '/to'],
    ['an unknown time zone', { timeZone: 'Europe/Atlantis' }, '/timeZone'],
    ['an offset instead of a time zone', { timeZone: '+05:45' }, '/timeZone'],
    ['an endless name', { timeZone: 'A'.repeat(100_000) }, '/timeZone'],
  ])('refuses %s', async (_, query, pointer) => {
    const { status, json } = await new Tenant().dashboard(query)
    expect([status, new Set((json.errors as { pointer: string }[]).map((error) => error.pointer))]).toEqual([
      422,
      new Set([pointer]),
    ])
  })
})

describe('a day of the dashboard', () => {
  const opened = { opened: 1 }

  it.each<[day: string, timeZone: string, from: string, to: string]>([
    ['2026-03-02', 'UTC', '2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z'],
    ['2026-03-29 with 23 hours', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25 with 25 hours', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['2026-03-08 with 23 hours', 'America/New_York', '2026-03-08T05:00:00.000Z', '2026-03-09T04:00:00.000Z'],
    [
      '2026-04-05 with half an hour more',
      'Australia/Lord_Howe',
      '2026-04-04T13:00:00.000Z',
      '2026-04-05T13:30:00.000Z',
    ],
    ['2026-03-02', 'Asia/Kathmandu', '2026-03-01T18:15:00.000Z', '2026-03-02T18:15:00.000Z'],
    ['2026-03-02', 'Pacific/Chatham', '2026-03-01T10:15:00.000Z', '2026-03-02T10:15:00.000Z'],
    ['2026-03-02', 'Pacific/Kiritimati', '2026-03-01T10:00:00.000Z', '2026-03-02T10:00:00.000Z'],
    ['2026-03-02', 'Etc/GMT+12', '2026-03-02T12:00:00.000Z', '2026-03-03T12:00:00.000Z'],
  ])('begins and ends where it does for people: %s in %s', async (text, timeZone, from, to) => {
    const date = text.slice(0, 10)
    const tenant = new Tenant()
    for (const time of [Date.parse(from) - 1, Date.parse(from), Date.parse(to) - 1, Date.parse(to)])
      await tenant.at(new Date(time).toISOString()).api.openTicket(customer)
    const { days } = await tenant.dashboard({ from: addDays(date, -1), to: addDays(date, 1), timeZone })
    expect(days.map((day) => day.opened)).toEqual([1, 2, 1])
    const { days: alone } = await tenant.dashboard({ from: date, to: date, timeZone })
    expect(alone.map((day) => day.opened)).toEqual([2])
  })

  it('is the one that the calendar shows, for any time in any time zone, and nothing counts twice', () => {
    const timeZones = Intl.supportedValuesOf('timeZone')
    const quarter = fc
      .integer({ min: 0, max: 10 * 365 * 96 })
      .map((count) => Date.parse('2020-01-01T00:00Z') + count * 900_000)
    fc.assert(
      fc.property(fc.constantFrom(...timeZones), quarter, (timeZone, at) => {
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at)
        const days = toDays([{ startsAt: new Date(at).toISOString(), activity: opened }], {
          from: addDays(shown, -3),
          to: addDays(shown, 3),
          timeZone,
        })
        expect(days.filter((day) => day.opened > 0).map(({ date }) => date)).toEqual([shown])
      }),
      { numRuns: 150 },
    )
  })
})
