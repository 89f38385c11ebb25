import { Coverage, neverHappened } from './coverage.ts'
import { runSchedule, type ScheduleResult } from './run-schedule.ts'

export interface SchedulesResult {
  /** The first seed; the others follow it. */
  firstSeed: number
  schedules: number
  /** Everything that happened in them. */
  steps: number
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
  /** Stops after so many failures. */
  failuresMax?: number
  onProgress?: (done: number) => void
  signal?: AbortSignal
}

/** Runs one schedule for each seed from `firstSeed` on. */
export async function runSchedules({
  firstSeed,
  count,
  failuresMax = 3,
  onProgress,
  signal,
}: SchedulesOptions): Promise<SchedulesResult> {
  const startedAt = process.cpuUsage()
  const coverage = new Coverage()
  const failures: ScheduleResult[] = []
  let schedules = 0
  let steps = 0
  while (schedules < count && failures.length < failuresMax) {
    signal?.throwIfAborted()
    const result = await runSchedule(firstSeed + schedules++)
    steps += result.steps
    for (const [what, times] of Object.entries(result.counts)) coverage.count(what, times)
    if (result.broken.length > 0) failures.push(result)
    onProgress?.(schedules)
  }
  const { user, system } = process.cpuUsage(startedAt)
  return {
    firstSeed,
    schedules,
    steps,
    cpuSeconds: (user + system) / 1e6,
    counts: coverage.counts,
    failures,
    missing: failures.length > 0 ? [] : neverHappened(coverage.counts, schedules),
  }
}
