import { clockSkewMsMax } from '../../domain/clock.ts'
import { minuteMs } from '../../domain/durations.ts'
import type { Row, TableName } from '../../tables/store.ts'

/**
 * The tables that are restored, each to its own point. `Tickets` is the truth, as only it has what people wrote; none of the others may be
 * restored to an earlier point. The other tables begin empty: what they held follows from these, or is worth nothing after a restore.
 */
export const restoredTables = [
  'Tickets',
  'Events',
  'RequestKeys',
  'Sagas',
  'StepKeys',
  'Notices',
  'Quotas',
] as const satisfies TableName[]
export type RestoredTable = (typeof restoredTables)[number]

export type RestoredRows = Record<RestoredTable, Row[]>

/** What is known of a restore. */
export interface RestorePoint {
  /** The time to which `Tickets` was restored (ISO 8601, UTC). No other table was restored to an earlier one. */
  restoredTo: string
  /** When the damage began, where that was before the tables went out of service: at a bad deployment. */
  damagedFrom?: string
  /** When the tables went out of service. */
  lostFrom: string
  /** Ids of the mails and webhook messages that are known to have been sent, from outside the tables. */
  sentIds: readonly string[]
}

/** Longer than an event takes through the outbox and its queues to the sagas that it starts, but for an outage. */
const deliveryMsMax = 30 * minuteMs

/**
 * Sagas that were written since then, by whichever clock, may be torn: their rows, fences and effects can be from different moments.
 */
export function tornSince({ restoredTo }: RestorePoint): string {
  return new Date(Date.parse(restoredTo) - clockSkewMsMax).toISOString()
}

/** Events that were recorded since then may not have reached every subscriber. */
export function undeliveredSince({ restoredTo }: Pick<RestorePoint, 'restoredTo'>): string {
  return new Date(Date.parse(restoredTo) - deliveryMsMax).toISOString()
}
