import { reconcileMinutes } from '../../infra/limits.ts'
import { definitionOf, sagas as known } from '../../sagas/all.ts'
import type { StateMachine } from '../../sagas/asl.ts'
import { compile } from '../../sagas/compile.ts'
import { pivotOf, undoOrder } from '../../sagas/phases.ts'
import type { Saga } from '../../sagas/saga.ts'
import { type Attempt, hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import type { Evidence, Stored } from './evidence.ts'
import { fencesBySaga } from './fences.ts'
import type { Invariant, Violation } from './invariant.ts'

/** Of a timeline that is full, the order of the last entries is not known: the row keeps only one of them. */
const wholeTimelineMax = 190

export const sagasEndOrAreParked: Invariant = {
  number: 14,
  promise: 'each saga ends within its bound, or is parked with a parking to name and a reason',
  violations({ sagas, readAtMs }) {
    return sagas.flatMap(({ pk, is: saga }): Violation[] => {
      if (hasEnded(saga)) return saga.endedAt ? [] : [{ subject: pk, what: 'has ended at no time' }]
      if (saga.state === 'parked')
        return saga.parking?.id && saga.parking.reason
          ? []
          : [{ subject: pk, what: 'is parked, and nobody knows where or why' }]
      const silentMs = readAtMs - Date.parse(saga.touchedAt ?? saga.startedAt)
      const boundMs = silenceSecondsMax(saga) * 1000
      return silentMs <= boundMs
        ? []
        : [{ subject: pk, what: `is ${saga.state}, and has not been outcome of for ${Math.round(silentMs / 1000)} s` }]
    })
  },
}

/**
 * How long nothing need be outcome of a live saga once faults have stopped: the longest wait between two tries and the longest task (or
 * wait for a callback) of its machine, and two rounds of `reconcile` for an execution that was lost.
 */
function silenceSecondsMax(record: SagaRecord): number {
  const saga = definitionOf(record) ?? known.find(({ name }) => name === record.name)
  if (!saga) return 0
  const machine: StateMachine = compile(saga, { functionArn: 'any' })
  const tasks = Object.values(machine.States).flatMap((state) => (state.Type === 'Task' ? [state] : []))
  const waits = tasks.flatMap(({ Retry }) => Retry.map(({ MaxDelaySeconds = 0 }) => MaxDelaySeconds))
  const times = tasks.map(({ TimeoutSeconds = 0 }) => TimeoutSeconds)
  return Math.max(...waits) + Math.max(...times) + 2 * 60 * reconcileMinutes
}

export const attemptedIsUndone: Invariant = {
  number: 16,
  promise:
    'in a compensated saga each step before the pivot is undone, the attempted one included, and the pivot is closed',
  violations(evidence) {
    const fences = fencesBySaga(evidence)
    return ofKnownDefinition(evidence).flatMap(({ pk, saga, definition }) => {
      if (saga.state !== 'compensated') return []
      return [...undoOrder(definition), pivotOf(definition)].flatMap(({ name }): Violation[] => {
        const state = fences.get(pk)?.get(name)?.state ?? 'absent'
        return state === 'undone' || state === 'tombstone'
          ? []
          : [{ subject: pk, what: `is compensated, and its step ${name} is ${state}` }]
      })
    })
  },
}

export const noDoAfterItsUndo: Invariant = {
  number: 17,
  promise: 'no do lands after its undo: fences say what the timeline says',
  violations(evidence) {
    const fences = fencesBySaga(evidence)
    return evidence.sagas.flatMap(({ pk, is: { timeline } }) =>
      timeline.flatMap((undo, index): Violation[] => {
        if (!isUndone(undo)) return []
        const { step } = undo
        const found: Violation[] = []
        const state = fences.get(pk)?.get(step)?.state ?? 'absent'
        if (state !== 'undone' && state !== 'tombstone')
          found.push({ subject: pk, what: `undid ${step}, whose fence is ${state}` })
        const late = timeline.slice(index + 1).some((each) => isDone(each) && each.step === step)
        if (late) found.push({ subject: pk, what: `did ${step} after its undo` })
        return found
      }),
    )
  },
}

export const undosRunInReverse: Invariant = {
  number: 18,
  promise: 'undos run in reverse order, each once',
  violations(evidence) {
    return ofKnownDefinition(evidence).flatMap(({ pk, saga, definition }): Violation[] => {
      if (saga.timeline.length >= wholeTimelineMax) return []
      const undone = saga.timeline.filter(isUndone).map(({ step }) => step)
      const wanted = undoOrder(definition).map(({ name }) => name)
      const expected = saga.state === 'compensated' ? wanted : wanted.slice(0, undone.length)
      return undone.join() === expected.join()
        ? []
        : [{ subject: pk, what: `undid ${undone.join(', ') || 'nothing'}, where it should be ${expected.join(', ')}` }]
    })
  },
}

function isUndone({ action, outcome }: Attempt): boolean {
  return action === 'undo' && (outcome === 'undone' || outcome === 'nothing-to-undo')
}

function isDone({ action, outcome }: Attempt): boolean {
  return action === 'do' && (outcome === 'done' || outcome === 'skipped')
}

/** Those whose steps are known here: one that runs under an older definition is judged by what needs none. */
function ofKnownDefinition({ sagas }: Evidence): { pk: string; saga: SagaRecord; definition: Saga }[] {
  return sagas.flatMap(({ pk, is: saga }: Stored<SagaRecord>) => {
    const definition = definitionOf(saga)
    return definition ? [{ pk, saga, definition }] : []
  })
}
