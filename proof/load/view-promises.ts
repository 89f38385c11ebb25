import type { ReadAttempt } from './read.ts'
import type { LoadRun } from './run-load.ts'
import type { ViewRead } from './view-read.ts'

type CountsRead = ReadAttempt & { read: { kind: 'counts' }; answer: { kind: 'counts' } }

/** The answers of read models to reads that asked for a write. Invariant 31 is checked against them. */
export function viewReadsOf(reads: LoadRun['reads']): ViewRead[] {
  return reads.filter(isAnsweredCounts).flatMap(({ read: { tenant, consistentWith }, answer: { viewSequence } }) => {
    if (!consistentWith) return []
    const { ticketId: ticket, version } = consistentWith
    return [{ tenant, path: '/stats', ticket, version, viewSequence }]
  })
}

/**
 * What is wrong with the counts that were answered during a run. They may lag behind the tickets, but of two reads of a tenant's, one
 * of which began after the other was answered, the later reflects no fewer events (`X-View-Sequence`) and is as of no earlier time;
 * and from an answer on that was asked to reflect version v of a ticket, at least v events of this ticket are among them, as are those
 * of all other tickets asked for.
 */
export function viewFaults(reads: LoadRun['reads']): string[] {
  const byTenant = Map.groupBy(reads.filter(isAnsweredCounts), ({ read }) => read.tenant)
  return [...byTenant].flatMap(([tenant, counts]) => faultsOf(tenant, counts))
}

function faultsOf(tenant: string, counts: readonly CountsRead[]): string[] {
  const ended = counts.toSorted((a, b) => a.endedAtMs - b.endedAtMs)
  /** What the answers say that had been read when the next read begins. */
  const reflected = new Map<string, number>()
  let [sequence, asOf, next] = [0, '', 0]
  return counts
    .toSorted((a, b) => a.startedAtMs - b.startedAtMs)
    .flatMap(({ read: { consistentWith }, answer, startedAtMs }) => {
      for (let earlier = ended[next]; earlier && earlier.endedAtMs < startedAtMs; earlier = ended[++next]) {
        sequence = Math.max(sequence, earlier.answer.viewSequence)
        if ((earlier.answer.asOf ?? '') > asOf) asOf = earlier.answer.asOf ?? ''
        remember(reflected, earlier.read.consistentWith)
      }
      const required = remember(new Map(reflected), consistentWith)
      const least = [...required.values()].reduce((sum, version) => sum + version, 0)
      const said = `the counts of ${tenant} reflect ${answer.viewSequence} events as of ${answer.asOf}`
      return [
        ...(answer.viewSequence < sequence ? [`${said}, after an answer that reflected ${sequence}`] : []),
        ...((answer.asOf ?? '') < asOf ? [`${said}, after an answer as of ${asOf}`] : []),
        ...(answer.viewSequence < least ? [`${said}, but were asked for writes with ${least}`] : []),
      ]
    })
}

function remember(
  versions: Map<string, number>,
  write: { ticketId: string; version: number } | undefined,
): Map<string, number> {
  if (write) versions.set(write.ticketId, Math.max(write.version, versions.get(write.ticketId) ?? 0))
  return versions
}

function isAnsweredCounts(attempt: ReadAttempt): attempt is CountsRead {
  return attempt.read.kind === 'counts' && attempt.answer?.kind === 'counts'
}
