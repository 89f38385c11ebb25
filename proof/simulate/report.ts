import type { ExhaustiveResult } from './exhaustive.ts'
import type { SchedulesResult } from './run-schedules.ts'

/** The result of many schedules, as lines. */
export function formatSchedules({
  firstSeed,
  schedules,
  steps,
  cpuSeconds,
  counts,
  failures,
  missing,
}: SchedulesResult): string[] {
  const perMinute = Math.round((schedules / cpuSeconds) * 60)
  const width = Math.max(...Object.keys(counts).map((what) => what.length))
  const happened = Object.entries(counts).toSorted(([, a], [, b]) => b - a)
  return [
    'What happened, and how often:',
    ...happened.map(([what, times]) => `  ${what.padEnd(width)} ${String(times).padStart(9)}`),
    '',
    `${schedules} schedules, seeds from ${firstSeed} on, ${steps} steps, in ${cpuSeconds.toFixed(1)} s of one core (${perMinute} a minute)`,
    ...(missing.length > 0 ? [`never happened, though a run of this size must show it: ${missing.join(', ')}`] : []),
    failures.length > 0
      ? `${failures.length} broken`
      : 'every invariant held after every step, and every run came to its end',
  ]
}

/** Whether nothing broke, and everything happened that must. */
export function isGood({ failures, missing }: SchedulesResult): boolean {
  return failures.length === 0 && missing.length === 0
}

export function formatExhaustive(
  { useCase, points, singles, pairs, pairsInAll, failures }: ExhaustiveResult,
  missing: readonly string[],
): string {
  const tried = pairsInAll === 0 ? '' : `, ${pairs} of ${pairsInAll} pairs of faults`
  const verdict = failures.length === 0 ? 'holds' : 'BROKEN'
  const never = missing.length === 0 ? '' : `; never happened, though it must: ${missing.join(', ')}`
  return `${verdict} ${useCase}: ${points} points, ${singles} faults${tried}${never}`
}
