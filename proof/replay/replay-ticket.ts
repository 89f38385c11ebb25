import type { DomainEvent } from '../../domain/event.ts'
import { foldTicket, type TicketFacts } from '../../domain/fold-ticket.ts'

/** A ticket as it was after one of its events. */
export interface TicketThen {
  /** The event; 0 for the time before the first. */
  seq: number
  /** When that event was recorded. */
  recordedAt: string | undefined
  /** Undefined before the first event. */
  facts: TicketFacts | undefined
}

/** A point that no history has: the message is one line that says what to give. */
export class PointError extends Error {}

const seqPattern = /^\d{1,12}$/
const timePattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/

/**
 * The sequence number that a point stands for: itself, or the last event that was recorded at the time or before (ISO 8601, with a time
 * zone; a date is its midnight in UTC). 0 before the first event. Throws {@link PointError}.
 */
export function seqOfPoint(history: readonly DomainEvent[], point: string): number {
  const last = history.at(-1)?.seq ?? 0
  if (seqPattern.test(point)) {
    const seq = Number(point)
    if (seq > last) throw new PointError(`event ${seq} does not exist: the last one is ${last}`)
    return seq
  }
  const timeMs = parseTime(point)
  if (timeMs === undefined)
    throw new PointError(
      `"${point}" is no point: give a sequence number, such as 3, or a time with its zone, such as 2026-03-01T12:00:00Z`,
    )
  return history.filter(({ recordedAt }) => Date.parse(recordedAt) <= timeMs).at(-1)?.seq ?? 0
}

/** A time in epoch milliseconds: ISO 8601 with a time zone, or a date, which is its midnight in UTC. Undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const timeMs = timePattern.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(timeMs) ? undefined : timeMs
}

export function ticketAt(history: readonly DomainEvent[], seq: number): TicketThen {
  const upTo = history.filter((event) => event.seq <= seq)
  return { seq, recordedAt: upTo.at(-1)?.recordedAt, facts: foldTicket(upTo) }
}

/** A fact that differs between two points. Undefined where the ticket did not have it. */
export interface ChangedFact {
  name: keyof TicketFacts
  before: unknown
  after: unknown
}

export function changedFacts(before: TicketThen, after: TicketThen): ChangedFact[] {
  const names = new Set([...Object.keys(before.facts ?? {}), ...Object.keys(after.facts ?? {})]) as Set<
    keyof TicketFacts
  >
  return [...names]
    .map((name) => ({ name, before: before.facts?.[name], after: after.facts?.[name] }))
    .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after))
}
