/** Lengths of time in milliseconds. A day is one of UTC: days of a time zone may be shorter or longer (domain/business-time.ts). */
export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs
