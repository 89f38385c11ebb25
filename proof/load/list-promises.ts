import type { TicketOperation } from '../linearizability/forget-keys.ts'
import type { TicketFacts } from './read.ts'
import type { LoadRun } from './run-load.ts'
import type { TicketHistories } from './ticket-histories.ts'

/** A version of a ticket, as writes and reads of the ticket itself showed it. */
interface KnownVersion extends Partial<TicketFacts> {
  /** No earlier than this can anyone have seen it. */
  sentAtMs: number
}

/**
 * What is wrong with the lists that were answered during a run. A list is read from an index, which lags: it may show an old version, or
 * lack a ticket. It must not show a version before its write was sent, or with other facts than the ticket had then.
 */
export function listFaults(reads: LoadRun['reads'], histories: TicketHistories): string[] {
  const known = new Map([...histories].map(([ticketId, operations]) => [ticketId, knownVersions(operations)]))
  return reads.flatMap(({ answer, endedAtMs }) => {
    if (answer?.kind !== 'list') return []
    return answer.items.flatMap(({ id, ...item }) => {
      const version = known.get(id)?.get(item.version)
      if (!version) return []
      const shown = `a list shows version ${item.version} of ticket ${id}`
      const { sentAtMs, status = item.status, assignee = item.assignee } = version
      if (sentAtMs > endedAtMs) return [`${shown} before its write was sent`]
      if (status !== item.status || assignee !== item.assignee)
        return [
          `${shown} as ${item.status}, assigned to ${item.assignee ?? 'nobody'}, which was ${status}, assigned to ${assignee ?? 'nobody'}`,
        ]
      return []
    })
  })
}

function knownVersions(operations: readonly TicketOperation[]): Map<number, KnownVersion> {
  const versions = new Map<number, KnownVersion>()
  const sends = sendsByKey(operations)
  // A write that was never answered may have made any version.
  const openSinceMs = Math.min(...[...sends.values()].filter(isOpen).map(firstSentMs))
  for (const { call, invokedAtMs, returned } of operations) {
    const answer = returned?.answer
    if (answer?.is !== 'changed' && answer?.is !== 'ticket') continue
    const { etag, status, assignee } = answer
    const earlier = versions.get(etag)
    const ownMs = 'key' in call ? firstSentMs(sends.get(call.key) ?? []) : invokedAtMs
    versions.set(etag, {
      ...earlier,
      ...(status !== undefined && { status }),
      ...(assignee !== undefined && { assignee }),
      sentAtMs: Math.min(ownMs, openSinceMs, earlier?.sentAtMs ?? ownMs),
    })
  }
  return versions
}

/** The requests with each key: any of them may have taken effect, answered or not. */
function sendsByKey(operations: readonly TicketOperation[]): Map<string, TicketOperation[]> {
  const sends = new Map<string, TicketOperation[]>()
  for (const operation of operations)
    if ('key' in operation.call) sends.set(operation.call.key, [...(sends.get(operation.call.key) ?? []), operation])
  return sends
}

function isOpen(sends: readonly TicketOperation[]): boolean {
  return sends.some(({ returned }) => !returned) && !sends.some(({ returned }) => returned?.answer.is === 'changed')
}

function firstSentMs(sends: readonly TicketOperation[]): number {
  return Math.min(...sends.map(({ invokedAtMs }) => invokedAtMs))
}
