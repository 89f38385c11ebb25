import type { Stored } from '../../../proof/check/evidence.ts'
import type { Attempt, SagaRecord } from '../../../tables/sagas.ts'

/** What one saga did in one direction, read from its timeline. */
export interface SagaRun {
  /** The saga's name, such as `notification`. */
  saga: string
  direction: 'forward' | 'compensation'
  /** Such as `budget, notice, mail refused`. */
  steps: string
  atMs: number
}

/** What the sagas did between two readings: for each saga one forward run, and one compensation if it compensated. */
export function sagaRuns(before: readonly Stored<SagaRecord>[], after: readonly Stored<SagaRecord>[]): SagaRun[] {
  const known = new Map(before.map(({ pk, value }) => [pk, new Set(value.timeline.map(attemptKey))]))
  return after
    .flatMap(({ pk, value }) => {
      const newAttempts = value.timeline.filter((attempt) => !known.get(pk)?.has(attemptKey(attempt)))
      const directions = [['do', 'forward'] as const, ['undo', 'compensation'] as const]
      return directions.flatMap(([action, direction]): SagaRun[] => {
        const attempts = newAttempts.filter((attempt) => attempt.action === action)
        const [first] = attempts
        if (!first) return []
        const steps = countRepeats(attempts.map(formatAttempt)).join(', ')
        return [{ saga: value.name, direction, steps, atMs: Date.parse(first.startedAt) }]
      })
    })
    .toSorted((a, b) => a.atMs - b.atMs)
}

/** Identifies an attempt: entries of a timeline never move, and no two have the same step, action, times and outcome. */
const attemptKey = ({ step, action, startedAt, endedAt, outcome }: Attempt) =>
  [step, action, startedAt, endedAt, outcome].join(' ')

function formatAttempt({ step, action, outcome }: Attempt): string {
  const name = action === 'undo' ? `undo ${step}` : step
  return outcome === 'done' || outcome === 'undone' ? name : `${name} ${outcome}`
}

/** Counts neighbours that are equal: `mail failed ×2`. */
function countRepeats(texts: readonly string[]): string[] {
  const runs: { text: string; times: number }[] = []
  for (const text of texts) {
    const last = runs.at(-1)
    if (last?.text === text) last.times++
    else runs.push({ text, times: 1 })
  }
  return runs.map(({ text, times }) => (times > 1 ? `${text} ×${times}` : text))
}
