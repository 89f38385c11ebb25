import type { LoadProgress, Race, RaceOutcome } from '../wire-load.ts'

/** An answer as a bar, its length in percent of the slowest one that is shown. */
export interface Bar {
  outcome: RaceOutcome
  length: number
  words: string
}

export interface RaceView {
  key: string
  bars: Bar[]
}

/** Races as bars on one scale. */
export function raceViews(races: readonly Race[]): RaceView[] {
  const slowestMs = Math.max(1, ...races.flatMap(({ answers }) => answers.map(({ ms }) => ms)))
  return races.map(({ key, answers }) => ({
    key,
    bars: answers.map(({ copy, outcome, ms }) => ({
      outcome,
      length: Math.max(0.5, Math.round((ms / slowestMs) * 1_000) / 10),
      words: `copy ${copy + 1} ${outcome}, ${ms} ms`,
    })),
  }))
}

/** What a run did so far, in one sentence. */
export function progressWords({ requestsDone, requestsPlanned, answers, seconds }: LoadProgress): string {
  const all = Object.values(answers).reduce((sum, count) => sum + count, 0)
  const shown = Object.entries(answers).filter(([outcome, count]) => count > 0 || outcome === 'committed')
  const counts = shown.map(([outcome, count]) => `${count} ${outcome}`).join(', ')
  const rate = seconds > 0 ? `, ${Math.round(all / seconds)} per second` : ''
  return `${requestsDone} of ${requestsPlanned} requests: ${counts}${rate}`
}
