import type { RunEntry } from '../../tables/runs.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

export const pastCausesNoEffect: Invariant = {
  number: 24,
  promise:
    'A replay or a backfill starts nothing outside: no saga begins for an event that was handled before it, and a run that says that it is complete leaves no position behind which another would begin.',
  violations(evidence) {
    return [...lateStarts(evidence), ...leftPositions(evidence)]
  },
}

type Begun = Extract<RunEntry, { step: 'begun' }>

/** Every mail and every webhook is a step of a saga, and every saga is started for one event: whoever starts none sends nothing. */
function lateStarts({ runs, sagas, events }: Evidence): Violation[] {
  const begun = runs.flatMap(({ value }) =>
    value.step === 'begun' && value.handledUpTo !== undefined ? [value as Begun & { handledUpTo: string }] : [],
  )
  if (begun.length === 0) return []
  const recordedAt = new Map([...events.values()].flat().map(({ id, recordedAt: at }) => [id, at]))
  // A reconciliation starts a saga that is missing, and says so before.
  const reconciled = new Set(runs.flatMap(({ value }) => (value.step === 'found' ? [value.subject] : [])))
  return sagas.flatMap(({ pk, value: { eventId, startedAt } }): Violation[] => {
    const at = recordedAt.get(eventId)
    const run = begun.find(
      ({ at: begunAt, handledUpTo }) => at !== undefined && at < handledUpTo && startedAt >= begunAt,
    )
    if (!run || reconciled.has(pk)) return []
    const problem = `was started at ${startedAt}, after the run "${run.task}" of ${run.at} had begun, for an event that was handled before ${run.handledUpTo}`
    return [{ subject: pk, problem }]
  })
}

/** The next run of the task would begin behind the position, and never see what is before it. */
function leftPositions({ runs, sweepPositions }: Evidence): Violation[] {
  const byTask = Map.groupBy(
    runs.filter(({ value }) => value.step === 'begun' || value.step === 'ended').map(({ value }) => value),
    ({ task }) => task,
  )
  return [...byTask].flatMap(([task, entries]): Violation[] => {
    const last = entries.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1)
    if (last?.step !== 'ended' || last.status !== 'complete') return []
    return sweepPositions
      .filter(({ pk, value }) => isOf(pk, task) && value.after !== undefined)
      .map(({ pk }) => ({
        subject: pk,
        problem: `is behind the beginning, although the run of ${last.at} was complete`,
      }))
  })
}

/** A task that takes more than one pass keeps a position for each, whose names begin with the task's. */
function isOf(pk: string, task: string): boolean {
  return pk === `SWEEP#${task}` || pk.startsWith(`SWEEP#${task} `)
}
