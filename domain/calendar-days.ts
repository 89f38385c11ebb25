import { dayMs } from './durations.ts'

/** Days of a calendar, such as `2026-03-29`, both included, in a time zone by its IANA name. */
export interface CalendarDays {
  from: string
  to: string
  timeZone: string
}

/** Whether it names a time zone. An offset such as `+05:45` does not: it would be wrong for a part of the year in most places. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

/** The function that tells the date of a time (ISO 8601, or epoch milliseconds) in a time zone. Throws `RangeError` for an unknown one. */
export function datesIn(timeZone: string): (at: string | number) => string {
  const format = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]))
    return `${parts.year}-${parts.month}-${parts.day}`
  }
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10)
}

/** How many days there are from the one to the other, both included; less than 1 when they are in the wrong order. */
export function countDays({ from, to }: Pick<CalendarDays, 'from' | 'to'>): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / dayMs + 1
}

/** Every date, in order. */
export function datesOf(days: Pick<CalendarDays, 'from' | 'to'>): string[] {
  return Array.from({ length: countDays(days) }, (_, index) => addDays(days.from, index))
}

/** Times (ISO 8601, UTC) between which the days are in every time zone: offsets are from -12 to +14 hours. */
export function spanOf({ from, to }: Pick<CalendarDays, 'from' | 'to'>): { from: string; to: string } {
  return { from: `${addDays(from, -1)}T10:00:00.000Z`, to: `${addDays(to, 1)}T12:00:00.000Z` }
}
