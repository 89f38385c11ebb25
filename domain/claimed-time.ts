import * as z from 'zod'
import { dayMs } from './durations.ts'

/** How far back a request may say that something happened. */
export const claimDaysMax = 30

/** A time with its offset, in years with four digits whatever the offset, so that times in UTC can be compared as text. */
export const TimeWithOffset = z.iso
  .datetime({ offset: true, abort: true })
  .refine((text) => /^(19[7-9]|[2-8])/.test(text), 'must be from 1970 to 8999')

/** The same time in UTC with milliseconds, as all times are stored. */
export function toUtc(time: string): string {
  return new Date(time).toISOString()
}

/**
 * The event time of something that is said to have happened at `claimed`, in a request received at `at` (both ISO 8601): `at` itself when
 * no time is claimed, or one after it within the skew of clocks. Undefined for a time that nobody may claim.
 */
export function eventTime(claimed: string | undefined, at: string, skewMsMax: number): string | undefined {
  if (claimed === undefined) return at
  const aheadMs = Date.parse(claimed) - Date.parse(at)
  if (aheadMs > skewMsMax || aheadMs < -claimDaysMax * dayMs) return undefined
  return aheadMs >= 0 ? at : toUtc(claimed)
}
