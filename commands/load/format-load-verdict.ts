import type { ReadsVerdict } from '../../proof/load/judge-reads.ts'
import type { Verdict } from '../../proof/load/verdict.ts'

/** The verdict of a load run as lines of text. */
export function formatLoadVerdict(verdict: Verdict): string {
  const { latencyMs, reads } = verdict
  return [
    `unique requests   ${verdict.unique} in ${verdict.copies} copies, ${verdict.requests} sent in all`,
    `effects           ${verdict.effects}`,
    `differing answers ${verdict.differingAnswers}`,
    `lost events       ${verdict.lostEvents}`,
    `doubled effects   ${verdict.doubledEffects}`,
    `unfinished sagas  ${verdict.unfinishedSagas}`,
    `refused requests  ${verdict.refusedRequests}`,
    `replays           ${verdict.replays}, and ${verdict.lostAnswers} answers lost`,
    `throughput        ${verdict.throughputPerSecond} requests/s`,
    `latency           p50 ${latencyMs.p50} ms, p90 ${latencyMs.p90} ms, p99 ${latencyMs.p99} ms, max ${latencyMs.max} ms`,
    ...formatReads(reads),
    `verdict           ${verdict.ok ? 'each request took effect once, and reads agree' : 'BROKEN'}`,
  ].join('\n')
}

/** How many faults of one kind are printed. */
const faultsShownMax = 5

function formatReads(reads: ReadsVerdict): string[] {
  const { operations, tickets, longestWindow, unknownOutcomes, statesSearched } = reads
  const shownFaults = [reads.notLinearizable, reads.gaveUp, reads.listFaults, reads.viewFaults].flatMap((faults) =>
    faults.slice(0, faultsShownMax).map((fault) => `  ${fault}`),
  )
  return [
    `reads             ${reads.sent} sent, ${reads.answered} answered`,
    `operations judged ${operations} on ${tickets} tickets, longest window ${longestWindow}, ${unknownOutcomes} unknown outcomes, ${statesSearched} states searched`,
    `not linearizable  ${reads.notLinearizable.length}`,
    `gave up           ${reads.gaveUp.length}`,
    `list faults       ${reads.listFaults.length} in ${reads.lists} lists`,
    `view faults       ${reads.viewFaults.length} in ${reads.views} answers`,
    ...shownFaults,
  ]
}
