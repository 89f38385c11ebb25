import { Temporal } from 'temporal-polyfill'
import { type BusinessCalendar, minutesOfDay, type OpenHours, weekdays } from './business-calendar.ts'
import { minuteMs } from './durations.ts'

/** A time when people work, in epoch milliseconds. The end is not part of it. */
interface Opening {
  startMs: number
  endMs: number
}

/** Milliseconds of business time from one time to another (ISO 8601); 0 when the second is not later. */
export function businessMs(calendar: BusinessCalendar, from: string, to: string): number {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
  if (toMs <= fromMs) return 0
  const last = dateAt(calendar, toMs).add({ days: 1 })
  let sum = 0
  for (const [date, openings] of openingsFrom(calendar, fromMs)) {
    if (Temporal.PlainDate.compare(date, last) > 0) return sum
    for (const { startMs, endMs } of openings) sum += Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs))
  }
  return sum
}

/** The first time (ISO 8601, UTC) at which so much business time has passed since `from`. */
export function addBusinessMinutes(calendar: BusinessCalendar, from: string, count: number): string {
  const fromMs = Date.parse(from)
  let leftMs = count * minuteMs
  for (const [, openings] of openingsFrom(calendar, fromMs))
    for (const opening of openings) {
      const startMs = Math.max(opening.startMs, fromMs)
      if (opening.endMs - startMs >= leftMs) return new Date(startMs + leftMs).toISOString()
      leftMs -= Math.max(0, opening.endMs - startMs)
    }
  throw new Error('the calendar of the policy is never open')
}

/** Every day with its openings, from the day before a time on: where clocks go back at midnight, a part of it comes after the day's end. */
function* openingsFrom(calendar: BusinessCalendar, fromMs: number): Generator<[Temporal.PlainDate, Opening[]]> {
  const holidays = new Set(calendar.holidays)
  for (let date = dateAt(calendar, fromMs).subtract({ days: 1 }); ; date = date.add({ days: 1 })) {
    const hours = calendar.businessHours[weekdays[date.dayOfWeek - 1] ?? 'monday'] ?? []
    const isOpen = hours.length > 0 && !holidays.has(date.toString())
    yield [date, isOpen ? hours.map((some) => toOpening(calendar, date, some)) : []]
  }
}

function toOpening({ timeZone }: BusinessCalendar, date: Temporal.PlainDate, { from, to }: OpenHours): Opening {
  return { startMs: epochMs(timeZone, date, from), endMs: epochMs(timeZone, date, to) }
}

function dateAt({ timeZone }: BusinessCalendar, ms: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate()
}

/**
 * When clocks show a time of the day. A time that they show twice, as they go back, is the first of the two; one that they skip, as they go
 * forward, is when they do. So times of the day keep their order, and no hours overlap.
 */
function epochMs(timeZone: string, date: Temporal.PlainDate, timeOfDay: string): number {
  const wall = date.toPlainDateTime().add({ minutes: minutesOfDay(timeOfDay) })
  const shown = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  if (shown.toPlainDateTime().equals(wall)) return shown.epochMilliseconds
  const skipped = shown.getTimeZoneTransition('next')
  return (skipped ?? shown).epochMilliseconds
}
