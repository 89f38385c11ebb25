import * as z from 'zod'
import { isTimeZone } from './calendar-days.ts'

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

const openMinutesMin = 60

/** Open from one time of the day to another, such as `09:00` to `17:30`. A day ends at `24:00`. */
const OpenHours = z
  .strictObject({
    from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
    to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/),
  })
  .refine(({ from, to }) => from < to, { error: 'must begin before it ends', path: ['to'] })
export type OpenHours = z.infer<typeof OpenHours>

const OpenDay = z
  .array(OpenHours)
  .max(4)
  .refine((day) => day.every(({ from }, index) => index === 0 || from >= (day[index - 1]?.to ?? '')), {
    error: 'must be in order, without overlap',
  })

/** When people work, in local time: per day of the week, except on holidays. */
export const BusinessCalendar = z.strictObject({
  timeZone: z.string().max(64).refine(isTimeZone, 'must be the IANA name of a time zone, such as Europe/Berlin'),
  businessHours: z
    .strictObject(
      Object.fromEntries(weekdays.map((day) => [day, OpenDay.optional()])) as Record<
        (typeof weekdays)[number],
        z.ZodOptional<typeof OpenDay>
      >,
    )
    .refine((hours) => openMinutes(hours) >= openMinutesMin, `must be at least ${openMinutesMin} minutes a week`),
  holidays: z
    .array(z.iso.date())
    .max(60)
    .refine((dates) => new Set(dates).size === dates.length, 'must not name a date twice')
    .optional(),
})
export type BusinessCalendar = z.infer<typeof BusinessCalendar>

function openMinutes(hours: Partial<Record<(typeof weekdays)[number], OpenHours[] | undefined>>): number {
  return weekdays
    .flatMap((day) => hours[day] ?? [])
    .reduce((sum, { from, to }) => sum + minutesOfDay(to) - minutesOfDay(from), 0)
}

/** Since midnight. */
export function minutesOfDay(timeOfDay: string): number {
  const [hour = 0, minute = 0] = timeOfDay.split(':').map(Number)
  return hour * 60 + minute
}
