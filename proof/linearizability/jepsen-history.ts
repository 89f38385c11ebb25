import type { TicketOperation } from './forget-keys.ts'

/** An entry of a history in the form of Jepsen (https://jepsen-io.github.io/history/): one where a call begins, one where it ends. */
interface Entry {
  index: number
  /** A process calls one thing at a time; after an unknown outcome it calls nothing more. */
  process: number
  /** `info`: the outcome is unknown. `fail` is not used: a refusal says something of the ticket, so it is `ok`. */
  type: 'invoke' | 'ok' | 'info'
  f: string
  /** A value of Jepsen's independent keys: the ticket's id, and what was asked, with what was answered once it was. */
  value: [ticketId: string, detail: Record<string, unknown>]
  /** Nanoseconds since the first call. */
  time: number
}

/** The histories as one of Jepsen's, one entry per line of JSON, in the order of time. */
export function toJepsenHistory(histories: ReadonlyMap<string, readonly TicketOperation[]>): string[] {
  const calls = [...histories]
    .flatMap(([ticketId, operations]) => operations.map((operation) => ({ ticketId, ...operation })))
    .toSorted((a, b) => a.invokedAtMs - b.invokedAtMs)
  const startedAtMs = calls[0]?.invokedAtMs ?? 0
  const sinceStart = (ms: number) => Math.round((ms - startedAtMs) * 1e6)
  const lastMs = calls.reduce((last, { invokedAtMs, returned }) => Math.max(last, returned?.atMs ?? invokedAtMs), 0)
  /** The time until which each process is busy. */
  const busyUntilMs: number[] = []
  const entries = calls.flatMap(({ ticketId, call, invokedAtMs, returned }): Omit<Entry, 'index'>[] => {
    const free = busyUntilMs.findIndex((untilMs) => untilMs < invokedAtMs)
    const process = free >= 0 ? free : busyUntilMs.length
    busyUntilMs[process] = returned?.atMs ?? Number.POSITIVE_INFINITY
    const { f, ...asked } = call
    const answered = returned ? { ...asked, answer: returned.answer } : asked
    return [
      { process, type: 'invoke', f, value: [ticketId, asked], time: sinceStart(invokedAtMs) },
      {
        process,
        type: returned ? 'ok' : 'info',
        f,
        value: [ticketId, answered],
        time: sinceStart(returned?.atMs ?? lastMs),
      },
    ]
  })
  // The order is stable, so a call that took no measurable time begins before it ends.
  return entries.toSorted((a, b) => a.time - b.time).map((entry, index) => JSON.stringify({ index, ...entry }))
}
