import type { RestoreRecord } from './restore-record.ts'

/** How much may be lost: DynamoDB's newest restorable point is up to five minutes old. */
export const rpoSecondsMax = 300

/** How long the service may be away: a restore of a table takes DynamoDB up to hours. */
export const rtoSecondsMax = 4 * 3_600

/** Seconds of sound work that are lost: between the restored point and the beginning of the damage (RPO). */
export function rpoSeconds({ restoredTo, damagedFrom, lostFrom }: Omit<RestoreRecord, 'events' | 'effects'>): number {
  return secondsBetween(restoredTo, damagedFrom ?? lostFrom)
}

/** Seconds from the end of the service to the time at which everything was delivered again (RTO). */
export function rtoSeconds({ lostFrom }: Pick<RestoreRecord, 'lostFrom'>, inServiceFrom: string): number {
  return secondsBetween(lostFrom, inServiceFrom)
}

function secondsBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 100) / 10
}
