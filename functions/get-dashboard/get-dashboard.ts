import * as z from 'zod'
import { agents } from '../../app/http/endpoint.ts'
import { invalidMember } from '../../app/http/request.ts'
import { viewEndpoint } from '../../app/http/view-endpoint.ts'
import { readStats, viewStateOf } from '../../app/views/view-state.ts'
import { addDays, type CalendarDays, countDays, datesIn, isTimeZone, spanOf } from '../../domain/calendar-days.ts'
import { metricDefinitions } from '../../domain/dashboard.ts'
import { sumStats } from '../../domain/ticket-stats.ts'
import { hoursQuery, parseHour, quartersOf } from '../../tables/dashboard.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { DashboardResource, toDays } from './dashboard-resource.ts'

/** A month of a tenant's hours can be read and added up within one request. */
const daysMax = 31
const defaultDays = 7

const CalendarDate = z.iso
  .date()
  .refine((date) => date >= '2000-01-01' && date <= '2999-12-31', 'must be a day from the year 2000 to 2999')
  .meta({ example: '2026-03-29' })
const TimeZone = z.string().max(64).refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin')

/** What happened in a tenant, by day of a time zone. */
export const getDashboard = viewEndpoint('get-dashboard', {
  summary: 'Tickets by status, opened and closed per day, and the times to first answer and resolution',
  roles: agents,
  view: 'dashboard',
  query: {
    from: CalendarDate.optional().meta({ description: `The first day. Without it, ${defaultDays} days are shown.` }),
    to: CalendarDate.optional().meta({
      description: `The last day: today, if there is none. At most ${daysMax} days are shown.`,
    }),
    timeZone: TimeZone.default('UTC').meta({
      description: 'IANA name of the time zone whose days are meant.',
      example: 'Europe/Berlin',
    }),
  },
  async respond({ caller: { tenant }, generation, catalog, ...asked }, store, { runtime }) {
    const days = daysAsked(asked, runtime.now())
    // The counts first: each event is projected into both in one transaction, so the activity reflects at least what they do.
    const shards = await readStats(store, tenant, catalog)
    const { asOf, counts } = sumStats(shards)
    const hours = (await queryRows(store, hoursQuery(tenant, generation, spanOf(days)))).map(parseHour)
    const body = {
      asOf,
      ...days,
      byStatus: counts,
      days: toDays(hours.flatMap(quartersOf), days),
      metrics: metricDefinitions,
    }
    return { body, viewSequence: viewStateOf(shards).viewSequence }
  },
  schema: DashboardResource,
})

/** Throws `invalid-request` when the days are too many, or in the wrong order. */
function daysAsked(
  asked: { from?: string | undefined; to?: string | undefined; timeZone: string },
  nowMs: number,
): CalendarDays {
  const { timeZone, to = datesIn(timeZone)(nowMs) } = asked
  const from = asked.from ?? addDays(to, 1 - defaultDays)
  const count = countDays({ from, to })
  if (count >= 1 && count <= daysMax) return { from, to, timeZone }
  const detail = count < 1 ? `is after ${to}` : `is ${count} days up to ${to}: at most ${daysMax} are shown`
  throw invalidMember('/from', detail)
}
