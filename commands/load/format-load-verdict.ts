import type { Verdict } from '../../proof/load/verdict.ts'

/** The verdict of a load run as lines of text. */
export function formatLoadVerdict(verdict: Verdict): string {
  const { latencyMs } = verdict
  return [
    `unique requests   ${verdict.unique} in ${verdict.copies} copies, ${verdict.requests} sent in all`,
    `effects           ${verdict.effects}`,
    `differing answers ${verdict.differingAnswers}`,
    `lost events       ${verdict.lostEvents}`,
    `doubled effects   ${verdict.doubledEffects}`,
    `unfinished sagas  ${verdict.unfinishedSagas}`,
    `refused requests  ${verdict.refusedRequests}`,
    `throughput        ${verdict.throughputPerSecond} requests/s`,
    `latency           p50 ${latencyMs.p50} ms, p90 ${latencyMs.p90} ms, p99 ${latencyMs.p99} ms, max ${latencyMs.max} ms`,
    `verdict           ${verdict.ok ? 'each request took effect once' : 'BROKEN'}`,
  ].join('\n')
}
