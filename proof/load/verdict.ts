import { sha256, tenantKey } from '../../tables/keys.ts'
import type { Evidence } from '../check/evidence.ts'
import type { Finding } from '../check/run-check.ts'
import { isSuccess } from './attempt.ts'
import type { LoadRun } from './run-load.ts'

/** What a load run found, by the stored data and by what clients were told. The names are those of `--json`. */
export interface Verdict {
  ok: boolean
  unique: number
  copies: number
  requests: number
  /** Events in the stored data that the run's requests made. */
  effects: number
  differingAnswers: number
  lostEvents: number
  doubledEffects: number
  unfinishedSagas: number
  refusedRequests: number
  brokenInvariants: number[]
  throughputPerSecond: number
  latencyMs: { p50: number; p90: number; p99: number; max: number }
}

/** Judges a run. `unfinishedSagas` counts the sagas of the run's tenants that have not ended. */
export function judgeRun(
  run: LoadRun,
  copies: number,
  evidence: Evidence,
  findings: Finding[],
  unfinishedSagas: number,
): Verdict {
  const { played, latency } = run
  const hashes = new Map(
    played.map(({ request }) => [
      sha256(tenantKey(request.tenant, 'REQUEST', request.operation, request.key)),
      request,
    ]),
  )
  const effects = [...evidence.events.values()]
    .flat()
    .filter(({ requestKeyHash }) => requestKeyHash && hashes.has(requestKeyHash))
  const effectsPerRequest = Map.groupBy(effects, ({ requestKeyHash }) => requestKeyHash)
  const doubledEffects = [...effectsPerRequest.values()].filter((same) => same.length > 1).length
  const lostEvents = played.filter(({ request, attempts }) => {
    const hash = sha256(tenantKey(request.tenant, 'REQUEST', request.operation, request.key))
    return attempts.some(isSuccess) && !effectsPerRequest.has(hash)
  }).length
  const differingAnswers = played.filter(
    ({ attempts }) => new Set(attempts.filter(isSuccess).map(({ answer }) => answer)).size > 1,
  ).length
  const undelivered = findings
    .filter(({ invariant }) => invariant.number === 6)
    .flatMap(({ violations }) => violations).length
  const refusedRequests = played.filter(({ attempts }) => !attempts.some(isSuccess)).length
  const brokenInvariants = findings
    .filter(({ violations }) => violations.length > 0)
    .map(({ invariant }) => invariant.number)
  const verdict = {
    unique: played.length,
    copies,
    requests: run.attempts,
    effects: effects.length,
    differingAnswers,
    lostEvents: lostEvents + undelivered,
    doubledEffects,
    unfinishedSagas,
    refusedRequests,
    brokenInvariants,
    throughputPerSecond: round(run.attempts / run.seconds),
    latencyMs: {
      p50: percentileMs(latency, 50),
      p90: percentileMs(latency, 90),
      p99: percentileMs(latency, 99),
      max: percentileMs(latency, 100),
    },
  }
  const clean = [verdict.differingAnswers, verdict.lostEvents, verdict.doubledEffects, unfinishedSagas, refusedRequests]
  const ok = verdict.effects === verdict.unique && clean.every((count) => count === 0) && brokenInvariants.length === 0
  return { ok, ...verdict }
}

/** The histogram answers with the upper end of a bucket, which may lie above all that was measured, in microseconds. */
function percentileMs(latency: LoadRun['latency'], percentile: number): number {
  return round(Math.min(latency.getValueAtPercentile(percentile), latency.maxValue) / 1000)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
