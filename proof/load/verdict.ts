import { sha256Hex } from '../../domain/sha256.ts'
import { tenantKey } from '../../tables/keys.ts'
import type { Evidence } from '../check/evidence.ts'
import type { Finding } from '../check/run-check.ts'
import { isSuccess } from './attempt.ts'
import { judgeReads, type ReadsVerdict } from './judge-reads.ts'
import type { PlannedRequest } from './plan.ts'
import type { LoadRun } from './run-load.ts'

/** The result of a load run, from the stored data and the answers that clients received. The names are those of `--json`. */
export interface Verdict {
  ok: boolean
  unique: number
  copies: number
  requests: number
  /** Stored events that the requests of the run made. */
  effects: number
  differingAnswers: number
  lostEvents: number
  doubledEffects: number
  unfinishedSagas: number
  refusedRequests: number
  /** Attempts that were answered from their key, and attempts without an answer. */
  replays: number
  lostAnswers: number
  brokenInvariants: number[]
  throughputPerSecond: number
  latencyMs: { p50: number; p90: number; p99: number; max: number }
  reads: ReadsVerdict
}

/**
 * Judges a run. `unfinishedSagas` is the number of sagas of the run's tenants that have not ended, `lagging` what its lists still lack
 * (./final-lists.ts).
 */
export function judgeRun(
  run: LoadRun,
  copies: number,
  evidence: Evidence,
  findings: Finding[],
  unfinishedSagas: number,
  lagging: readonly string[] = [],
): Verdict {
  const { results, latency } = run
  const hashes = new Set(results.map(({ request }) => requestKeyHashOf(request)))
  const effects = [...evidence.events.values()]
    .flat()
    .filter(({ requestKeyHash }) => requestKeyHash && hashes.has(requestKeyHash))
  const effectsPerRequest = Map.groupBy(effects, ({ requestKeyHash }) => requestKeyHash)
  const doubledEffects = [...effectsPerRequest.values()].filter((same) => same.length > 1).length
  const lostEvents = results.filter(
    ({ request, attempts }) => attempts.some(isSuccess) && !effectsPerRequest.has(requestKeyHashOf(request)),
  ).length
  const differingAnswers = results.filter(
    ({ attempts }) => new Set(attempts.filter(isSuccess).map(({ answer }) => answer)).size > 1,
  ).length
  const undelivered = findings
    .filter(({ invariant }) => invariant.number === 6)
    .flatMap(({ violations }) => violations).length
  const refusedRequests = results.filter(({ attempts }) => !attempts.some(isSuccess)).length
  const attempts = results.flatMap((result) => result.attempts)
  const brokenInvariants = findings
    .filter(({ violations }) => violations.length > 0)
    .map(({ invariant }) => invariant.number)
  const verdict = {
    unique: results.length,
    copies,
    requests: run.attempts,
    effects: effects.length,
    differingAnswers,
    lostEvents: lostEvents + undelivered,
    doubledEffects,
    unfinishedSagas,
    refusedRequests,
    replays: attempts.filter(({ replayed }) => replayed).length,
    lostAnswers: attempts.filter(({ outcome }) => outcome === 'lost').length,
    brokenInvariants,
    throughputPerSecond: round(run.attempts / run.seconds),
    latencyMs: {
      p50: percentileMs(latency, 50),
      p90: percentileMs(latency, 90),
      p99: percentileMs(latency, 99),
      max: percentileMs(latency, 100),
    },
    reads: judgeReads(run, lagging),
  }
  const failures = [
    verdict.differingAnswers,
    verdict.lostEvents,
    verdict.doubledEffects,
    unfinishedSagas,
    refusedRequests,
  ]
  const ok =
    verdict.effects === verdict.unique &&
    failures.every((count) => count === 0) &&
    brokenInvariants.length === 0 &&
    verdict.reads.ok
  return { ok, ...verdict }
}

function requestKeyHashOf({ tenant, operation, key }: PlannedRequest): string {
  return sha256Hex(tenantKey(tenant, 'REQUEST', operation, key))
}

/** Milliseconds from microseconds. The histogram returns the upper end of a bucket, which can exceed the longest measured value. */
function percentileMs(latency: LoadRun['latency'], percentile: number): number {
  return round(Math.min(latency.getValueAtPercentile(percentile), latency.maxValue) / 1000)
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
