import { Coverage, neverHappened } from './coverage.ts'
import { hashed } from './draws.ts'
import { runSchedule, type ScheduleResult } from './run-schedule.ts'

export interface SchedulesResult {
  /** The first seed; the others follow it. */
  firstSeed: number
  schedules: number
  /** Everything that happened in them. */
  steps: number
  /** Made of the trace hashes of all schedules, in whatever order they ran. */
  traceHash: string
  /** Seconds of processor time, which other programs on the machine do not change. */
  cpuSeconds: number
  /** How often each thing happened. */
  counts: Record<string, number>
  failures: readonly ScheduleResult[]
  /** What must happen in a run of this size, and did not. */
  missing: readonly string[]
}

export interface SchedulesOptions {
  firstSeed: number
  count: number
  /** Every so-manieth seed; 1 by default. Several workers share seeds by it. */
  stride?: number
  /** Stops after so many failures. */
  failuresMax?: number
  onProgress?: (done: number) => void
  signal?: AbortSignal
}

/** Runs one schedule for each seed from `firstSeed` on. */
export async function runSchedules({
  firstSeed,
  count,
  stride = 1,
  failuresMax = 3,
  onProgress,
  signal,
}: SchedulesOptions): Promise<SchedulesResult> {
  const startedAt = process.cpuUsage()
  const coverage = new Coverage()
  const failures: ScheduleResult[] = []
  let schedules = 0
  let steps = 0
  let traces = 0
  while (schedules < count && failures.length < failuresMax) {
    signal?.throwIfAborted()
    const result = await runSchedule(firstSeed + stride * schedules++)
    steps += result.steps
    traces = (traces + hashed(result.seed, result.traceHash)) >>> 0
    for (const [what, times] of Object.entries(result.counts)) coverage.count(what, times)
    if (result.broken.length > 0) failures.push(result)
    onProgress?.(schedules)
  }
  const { user, system } = process.cpuUsage(startedAt)
  return judged({
    firstSeed,
    schedules,
    steps,
    traceHash: traces.toString(16),
    cpuSeconds: (user + system) / 1e6,
    counts: coverage.counts,
    failures,
  })
}

/** The result of several runs that have shared the seeds from `firstSeed` on, as if it had been one. */
export function merged(firstSeed: number, parts: readonly SchedulesResult[]): SchedulesResult {
  const coverage = new Coverage()
  for (const { counts } of parts) for (const [what, times] of Object.entries(counts)) coverage.count(what, times)
  const sum = (numberOf: (part: SchedulesResult) => number) => parts.reduce((total, part) => total + numberOf(part), 0)
  return judged({
    firstSeed,
    schedules: sum(({ schedules }) => schedules),
    steps: sum(({ steps }) => steps),
    traceHash: (sum(({ traceHash }) => Number.parseInt(traceHash, 16)) % 2 ** 32).toString(16),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    counts: coverage.counts,
    failures: parts.flatMap(({ failures }) => failures).toSorted((a, b) => a.seed - b.seed),
  })
}

function judged(result: Omit<SchedulesResult, 'missing'>): SchedulesResult {
  const missing = result.failures.length > 0 ? [] : neverHappened(result.counts, result.schedules)
  return { ...result, missing }
}
