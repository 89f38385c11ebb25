import type { Shape } from '../../sagas/phases.ts'
import { hasEnded } from '../../tables/sagas.ts'
import { gatherEvidence } from '../check/evidence.ts'
import type { Invariant } from '../check/invariant.ts'
import { invariants } from '../check/invariants.ts'
import { type Fault, type FaultPoint, faults } from './fault-injector.ts'
import { describeRun, type HarnessResult, runHarness } from './run-harness.ts'
import type { SagaHarness } from './saga-harness.ts'

/** How a saga ends for each fault at one point. */
export interface MatrixRow extends FaultPoint {
  isPersistent: boolean
  outcomes: Record<Fault, string>
}

export interface Matrix {
  rows: MatrixRow[]
  /** The most copies of a message that an outside service accepted in one run. */
  copiesMax: number
  /** Runs that did not reach a defined end, or that broke an invariant. */
  problems: string[]
}

/** The invariants of sagas, attachments and notices. */
export const sagaInvariants = invariants.filter(({ number }) => number >= 14 && number <= 22)

/** Runs a saga with every fault at every step and undo, once and persistently, and checks each run against the invariants. */
export async function outcomeMatrix(
  harness: SagaHarness,
  shape: Shape,
  invariants: readonly Invariant[] = sagaInvariants,
): Promise<Matrix> {
  const matrix: Matrix = { rows: [], copiesMax: 0, problems: [] }
  for (const isPersistent of [false, true])
    for (const { step, action } of faultPoints(harness)) {
      const outcomes: Partial<Record<Fault, string>> = {}
      for (const fault of faults) {
        const result = await runHarness(harness, shape, { step, action, fault, isPersistent })
        outcomes[fault] = outcomeOf(result)
        matrix.copiesMax = Math.max(matrix.copiesMax, result.acceptedIds.length)
        const problems = await findProblems(harness, result, invariants)
        matrix.problems.push(
          ...problems.map((problem) => `${describeRun(harness, shape, result.injected)}: ${problem}`),
        )
      }
      matrix.rows.push({ step, action, isPersistent, outcomes: outcomes as Record<Fault, string> })
    }
  return matrix
}

/** Where faults can be injected into a saga: its waits and dos in the order of the steps, then its undos. */
export function faultPoints({ saga }: Pick<SagaHarness, 'saga'>): FaultPoint[] {
  const undone = saga.steps.filter(({ kind }) => kind === 'compensatable').toReversed()
  return [
    ...saga.steps.flatMap(({ name, callback }) => [
      ...(callback ? [{ step: name, action: 'wait' as const }] : []),
      { step: name, action: 'do' as const },
    ]),
    ...undone.map(({ name }) => ({ step: name, action: 'undo' as const })),
  ]
}

/** How a run ended, in words, such as `parked, then completed`. */
export function outcomeOf({ saga, parkings }: Pick<HarnessResult, 'saga' | 'parkings'>): string {
  const gaveUp = saga.timeline.some(({ outcome }) => outcome === 'given-up')
  const end = gaveUp ? `${saga.state}, given up` : saga.state
  return parkings > 0 ? `parked, then ${end}` : end
}

async function findProblems(
  harness: SagaHarness,
  result: HarnessResult,
  invariants: readonly Invariant[],
): Promise<string[]> {
  const { executionStatus, saga, acceptedIds, endStateProblems } = result
  const evidence = await gatherEvidence(result.store, result.nowMs)
  const violations = invariants.flatMap((invariant) =>
    invariant.violations(evidence).map(({ problem }) => `invariant ${invariant.number}: ${problem}`),
  )
  return [
    ...findTimelineProblems(harness, result),
    ...(executionStatus === 'SUCCEEDED' ? [] : [`its execution ended as ${executionStatus}`]),
    ...(new Set(acceptedIds).size > 1 ? ['it sent a message under several ids'] : []),
    ...(saga.state === 'compensated' && acceptedIds.length > 0 ? ['it is compensated, but it sent a message'] : []),
    ...endStateProblems,
    ...violations,
  ]
}

/** What is wrong with the end of a saga by its timeline: every step must be done once, or undone once in reverse order. */
export function findTimelineProblems(
  { saga: { steps } }: Pick<SagaHarness, 'saga'>,
  { injected, timesInjected, parkings, saga }: Pick<HarnessResult, 'injected' | 'timesInjected' | 'parkings' | 'saga'>,
): string[] {
  const stepsWith = (action: string, ...outcomes: string[]) =>
    saga.timeline
      .filter((attempt) => attempt.action === action && outcomes.includes(attempt.outcome))
      .map(({ step }) => step)
  const did = stepsWith('do', 'done', 'skipped', 'given-up')
  const undid = stepsWith('undo', 'undone', 'nothing-to-undo')
  const undoable = steps.filter(({ kind }) => kind === 'compensatable').map(({ name }) => name)
  const isDefinedEnd =
    saga.state === 'completed'
      ? `${did}` === `${steps.map(({ name }) => name)}` && undid.length === 0
      : `${undid}` === `${undoable.toReversed()}`
  const stateWithoutFault = injected.action === 'undo' ? 'compensated' : 'completed'
  const isOvercome = saga.state === stateWithoutFault && parkings === 0
  return [
    ...(timesInjected > 0 ? [] : ['its fault was never injected']),
    ...(hasEnded(saga) ? [] : [`it has not ended: it is ${saga.state}`]),
    ...(isDefinedEnd ? [] : [`it is ${saga.state}, but did ${did} and undid ${undid}`]),
    ...(injected.isPersistent || isOvercome ? [] : ['a fault that occurred once changed how it ended']),
  ]
}
