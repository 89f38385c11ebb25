import { reconcileMinutes } from '../../infra/limits.ts'
import { definitionOf, sagas as definitions } from '../../sagas/all.ts'
import type { StateMachine } from '../../sagas/asl.ts'
import { compile } from '../../sagas/compile.ts'
import { pivotOf, undoOrder } from '../../sagas/phases.ts'
import type { Saga } from '../../sagas/saga.ts'
import { type Attempt, hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import type { Evidence, Stored } from './evidence.ts'
import { fenceReader } from './fences.ts'
import type { Invariant, Violation } from './invariant.ts'

/** A timeline with this many entries may be full. A full one overwrites its last slot, so the order of its undos is not known. */
const completeTimelineMax = 190

export const sagasEndOrAreParked: Invariant = {
  number: 14,
  promise: 'Every saga ends within its bound, or is parked with a parking id and a reason.',
  violations({ sagas, readAtMs }) {
    return sagas.flatMap(({ pk, value: saga }): Violation[] => {
      if (hasEnded(saga)) return saga.endedAt ? [] : [{ subject: pk, problem: `is ${saga.state}, but has no end time` }]
      if (saga.state === 'parked')
        return saga.parking?.id && saga.parking.reason
          ? []
          : [{ subject: pk, problem: 'is parked without a parking id or a reason' }]
      // Invariant 33 says how long.
      if (saga.held) return []
      const idleSeconds = (readAtMs - Date.parse(saga.touchedAt ?? saga.startedAt)) / 1000
      const boundSeconds = idleSecondsMax(saga)
      return idleSeconds <= boundSeconds
        ? []
        : [
            {
              subject: pk,
              problem: `is ${saga.state}, but has made no progress for ${Math.round(idleSeconds)} s (at most ${boundSeconds} s are allowed)`,
            },
          ]
    })
  },
}

/**
 * How long a live saga may go without progress once faults have stopped: the longest delay between two retries, the longest task (or
 * wait for a callback) of its state machine, and two rounds of `reconcile-sagas`, which restart an execution that was lost.
 */
function idleSecondsMax(record: SagaRecord): number {
  const saga = definitionOf(record) ?? definitions.find(({ name }) => name === record.name)
  if (!saga) return 0
  const machine: StateMachine = compile(saga, { functionArn: 'any' })
  const tasks = Object.values(machine.States).flatMap((state) => (state.Type === 'Task' ? [state] : []))
  const delays = tasks.flatMap(({ Retry }) => Retry.map(({ MaxDelaySeconds = 0 }) => MaxDelaySeconds))
  const timeouts = tasks.map(({ TimeoutSeconds = 0 }) => TimeoutSeconds)
  return Math.max(...delays) + Math.max(...timeouts) + 2 * 60 * reconcileMinutes
}

export const attemptedStepsAreUndone: Invariant = {
  number: 16,
  promise:
    'In a compensated saga every step before the pivot is undone, the attempted one included, and the pivot is fenced off.',
  violations(evidence) {
    const fenceOf = fenceReader(evidence)
    return sagasWithDefinition(evidence).flatMap(({ pk, saga, definition }) => {
      if (saga.state !== 'compensated') return []
      return [...undoOrder(definition), pivotOf(definition)].flatMap(({ name }): Violation[] => {
        const { state } = fenceOf({ pk, value: saga }, name)
        return state === 'undone' || state === 'tombstone' || state === 'expired'
          ? []
          : [{ subject: pk, problem: `is compensated, but the fence of its step ${name} is ${state}` }]
      })
    })
  },
}

export const noDoAfterItsUndo: Invariant = {
  number: 17,
  promise: 'No do takes effect after its undo: the fences agree with the timeline.',
  violations(evidence) {
    const fenceOf = fenceReader(evidence)
    return evidence.sagas.flatMap((stored) => {
      const { pk, value: saga } = stored
      return saga.timeline.flatMap((undo, index): Violation[] => {
        if (!isUndone(undo)) return []
        const { step } = undo
        const found: Violation[] = []
        const { state } = fenceOf(stored, step)
        if (state !== 'undone' && state !== 'tombstone' && state !== 'expired')
          found.push({ subject: pk, problem: `undid the step ${step}, but the step's fence is ${state}` })
        const isDoneLater = saga.timeline.slice(index + 1).some((attempt) => isDone(attempt) && attempt.step === step)
        if (isDoneLater) found.push({ subject: pk, problem: `did the step ${step} after undoing it` })
        return found
      })
    })
  },
}

export const undosRunInReverse: Invariant = {
  number: 18,
  promise: 'Undos run in reverse order, each once.',
  violations(evidence) {
    return sagasWithDefinition(evidence).flatMap(({ pk, saga, definition }): Violation[] => {
      if (saga.timeline.length >= completeTimelineMax) return []
      const undone = saga.timeline.filter(isUndone).map(({ step }) => step)
      const all = undoOrder(definition).map(({ name }) => name)
      const expected = saga.state === 'compensated' ? all : all.slice(0, undone.length)
      return undone.join() === expected.join()
        ? []
        : [
            {
              subject: pk,
              problem: `undid ${undone.join(', ') || 'nothing'}; the right order is ${expected.join(', ')}`,
            },
          ]
    })
  },
}

function isUndone({ action, outcome }: Attempt): boolean {
  return action === 'undo' && (outcome === 'undone' || outcome === 'nothing-to-undo')
}

function isDone({ action, outcome }: Attempt): boolean {
  return action === 'do' && (outcome === 'done' || outcome === 'skipped')
}

/** The sagas whose definition version the code still has. The invariants that need no step list cover the others. */
function sagasWithDefinition({ sagas }: Evidence): { pk: string; saga: SagaRecord; definition: Saga }[] {
  return sagas.flatMap(({ pk, value: saga }: Stored<SagaRecord>) => {
    const definition = definitionOf(saga)
    return definition ? [{ pk, saga, definition }] : []
  })
}
