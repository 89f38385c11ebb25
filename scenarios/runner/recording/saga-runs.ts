import type { Stored } from '../../../proof/check/evidence.ts'
import type { Attempt, SagaRecord } from '../../../tables/sagas.ts'

/** What one saga went through, as its own timeline tells it. */
export interface SagaRun {
  /** The kind of saga. */
  saga: string
  way: 'forward' | 'back'
  /** Such as `budget, notice, mail refused`. */
  what: string
  atMs: number
}

/** What the sagas did since an earlier look at them: of each one run forward, and one back when it had to go back. */
export function sagaRuns(before: readonly Stored<SagaRecord>[], after: readonly Stored<SagaRecord>[]): SagaRun[] {
  const told = new Map(before.map(({ pk, value }) => [pk, new Set(value.timeline.map(nameOf))]))
  return after
    .flatMap(({ pk, value }) => {
      const fresh = value.timeline.filter((attempt) => !told.get(pk)?.has(nameOf(attempt)))
      return [['do', 'forward'] as const, ['undo', 'back'] as const].flatMap(([action, way]): SagaRun[] => {
        const attempts = fresh.filter((attempt) => attempt.action === action)
        const [first] = attempts
        if (!first) return []
        return [
          { saga: value.name, way, what: folded(attempts.map(shown)).join(', '), atMs: Date.parse(first.startedAt) },
        ]
      })
    })
    .toSorted((a, b) => a.atMs - b.atMs)
}

/** A slot of a timeline is never moved, and no two attempts begin and end at the same moments. */
const nameOf = ({ step, action, startedAt, endedAt, outcome }: Attempt) =>
  [step, action, startedAt, endedAt, outcome].join(' ')

function shown({ step, action, outcome }: Attempt): string {
  const name = action === 'undo' ? `undo ${step}` : step
  return outcome === 'done' || outcome === 'undone' ? name : `${name} ${outcome}`
}

/** What follows itself is counted. */
function folded(texts: readonly string[]): string[] {
  const runs: { text: string; times: number }[] = []
  for (const text of texts) {
    const last = runs.at(-1)
    if (last?.text === text) last.times++
    else runs.push({ text, times: 1 })
  }
  return runs.map(({ text, times }) => (times > 1 ? `${text} ×${times}` : text))
}
