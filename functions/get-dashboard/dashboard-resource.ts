import * as z from 'zod'
import { type CalendarDays, datesIn, datesOf } from '../../domain/calendar-days.ts'
import {
  type Activity,
  addActivity,
  type Durations,
  durationBoundsMinutes,
  metricDefinitions,
} from '../../domain/dashboard.ts'
import { StatusCounts, TicketStats } from '../../domain/ticket-stats.ts'

const count = z.int().nonnegative()

const DurationsResource = z
  .strictObject({
    count,
    meanSeconds: z.number().nonnegative().nullable(),
    histogram: z.array(z.strictObject({ upToMinutes: z.int().nullable(), count })),
  })
  .meta({
    id: 'Durations',
    description: 'Durations of one kind: how many, their mean (null without any), and how many took up to how long.',
  })

const DayResource = z.strictObject({
  date: z.iso.date(),
  opened: count,
  closed: count,
  firstAnswers: DurationsResource,
  resolutions: DurationsResource,
})

/** A read model, eventually consistent with the tickets. It says what it is as of, whose days it shows, and what its numbers mean. */
export const DashboardResource = z
  .strictObject({
    asOf: TicketStats.shape.asOf.nullable().meta({ description: 'The time of the last event that is included.' }),
    from: z.iso.date(),
    to: z.iso.date(),
    timeZone: z.string(),
    byStatus: StatusCounts,
    days: z.array(DayResource),
    metrics: z
      .record(z.enum(Object.keys(metricDefinitions) as (keyof typeof metricDefinitions)[]), z.string())
      .meta({ description: 'What each number means.' }),
  })
  .meta({ id: 'Dashboard', description: 'What happened to the tickets of a tenant, by day of a time zone.' })

type Day = z.infer<typeof DayResource>

/** Adds quarters of hours up to the days in which they begin, those without activity too. */
export function toDays(quarters: readonly { startsAt: string; activity: Activity }[], days: CalendarDays): Day[] {
  const dateOf = datesIn(days.timeZone)
  const byDate = new Map<string, Activity>()
  for (const { startsAt, activity } of quarters) {
    const date = dateOf(startsAt)
    byDate.set(date, addActivity(byDate.get(date) ?? {}, activity))
  }
  return datesOf(days).map((date) => {
    const { opened = 0, closed = 0, firstAnswers, resolutions } = byDate.get(date) ?? {}
    return { date, opened, closed, firstAnswers: toResource(firstAnswers), resolutions: toResource(resolutions) }
  })
}

function toResource({ count, sumMs, buckets }: Durations = { count: 0, sumMs: 0, buckets: {} }): Day['firstAnswers'] {
  const histogram = [...durationBoundsMinutes, null].map((upToMinutes) => ({
    upToMinutes,
    count: buckets[upToMinutes ?? 'longer'] ?? 0,
  }))
  return { count, meanSeconds: count === 0 ? null : Math.round(sumMs / count / 1000), histogram }
}
