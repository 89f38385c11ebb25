import type { DomainEvent } from '../../domain/event.ts'
import type { ChangedFact, TicketThen } from './replay-ticket.ts'

/** The facts of a ticket at one point, one per line. */
export function formatTicket(ticketId: string, { seq, recordedAt, facts }: TicketThen): string {
  if (!facts) return `ticket ${ticketId} did not exist yet`
  const width = Math.max(...Object.keys(facts).map((name) => name.length))
  const lines = Object.entries(facts).map(([name, value]) => `  ${name.padEnd(width)}  ${show(value)}`)
  return [`ticket ${ticketId} after event ${seq}, recorded at ${recordedAt}`, ...lines].join('\n')
}

/** Why it is so: each event with who, when, what, and the request that it came from. */
export function formatHistory(events: readonly DomainEvent[]): string {
  const rows = events.map((event) => [
    String(event.seq),
    event.recordedAt,
    event.type,
    `by ${event.actor}`,
    Object.entries(event.data)
      .map(([name, value]) => `${name}=${show(value)}`)
      .join(' '),
    `request ${event.correlationId}`,
  ])
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)))
  return rows
    .map((row) =>
      `  ${row.map((cell, at) => (at === 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[at] ?? 0))).join('  ')}`.trimEnd(),
    )
    .join('\n')
}

export function formatChanges(changes: readonly ChangedFact[]): string {
  if (changes.length === 0) return '  nothing differs'
  const width = Math.max(...changes.map(({ name }) => name.length))
  return changes
    .map(({ name, before, after }) => `  ${name.padEnd(width)}  ${show(before)} → ${show(after)}`)
    .join('\n')
}

function show(value: unknown): string {
  if (value === undefined) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
