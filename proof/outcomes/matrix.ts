import type { Shape } from '../../sagas/phases.ts'
import { hasEnded } from '../../tables/sagas.ts'
import { gatherEvidence } from '../check/evidence.ts'
import type { Invariant } from '../check/invariant.ts'
import { invariants } from '../check/invariants.ts'
import { type Action, type Fault, faults, type InjectedFault } from './fault-injector.ts'
import { describeRun, type Outcome, runOnce } from './run-once.ts'
import type { SagaHarness } from './saga-harness.ts'

/** What became of a step, whatever befell it. */
export interface MatrixRow {
  step: string
  action: Action
  lasts: boolean
  ends: Record<Fault, string>
}

export interface Matrix {
  rows: MatrixRow[]
  /** The most copies of one saga's call that something outside accepted. */
  copiesMax: number
  /** What should not be: each run must come to a defined end that the invariants hold for. */
  problems: string[]
}

/** Of sagas, notices and attachments: DESIGN §8. */
export const judged = invariants.filter(({ number }) => number >= 14 && number <= 22)

/** Every step and every undo of a saga under every fault, once and lasting; each run is held to `invariants`. */
export async function matrixOf(harness: SagaHarness, shape: Shape, invariants = judged): Promise<Matrix> {
  const matrix: Matrix = { rows: [], copiesMax: 0, problems: [] }
  for (const lasts of [false, true])
    for (const { step, action } of movesOf(harness)) {
      const ends: Partial<Record<Fault, string>> = {}
      for (const fault of faults) {
        const outcome = await runOnce(harness, shape, { step, action, fault, lasts })
        ends[fault] = endOf(outcome)
        matrix.copiesMax = Math.max(matrix.copiesMax, outcome.accepted.length)
        const problems = await problemsOf(harness, outcome, invariants)
        matrix.problems.push(...problems.map((each) => `${describeRun(harness, shape, outcome.injected)}: ${each}`))
      }
      matrix.rows.push({ step, action, lasts, ends: ends as Record<Fault, string> })
    }
  return matrix
}

/** What of a saga something can inject, in the order of its steps, and then of its undos. */
export function movesOf({ saga }: Pick<SagaHarness, 'saga'>): Pick<InjectedFault, 'step' | 'action'>[] {
  const undone = saga.steps.filter(({ kind }) => kind === 'compensatable').toReversed()
  return [
    ...saga.steps.flatMap(({ name, callback }) => [
      ...(callback ? [{ step: name, action: 'wait' as const }] : []),
      { step: name, action: 'do' as const },
    ]),
    ...undone.map(({ name }) => ({ step: name, action: 'undo' as const })),
  ]
}

/** How a run ended, in words. */
export function endOf({ saga, parkings }: Pick<Outcome, 'saga' | 'parkings'>): string {
  const gaveUp = saga.timeline.some(({ outcome }) => outcome === 'given-up')
  const end = gaveUp ? `${saga.state}, given up` : saga.state
  return parkings > 0 ? `parked, then ${end}` : end
}

async function problemsOf(harness: SagaHarness, outcome: Outcome, invariants: readonly Invariant[]): Promise<string[]> {
  const { status, saga, accepted, leftovers } = outcome
  const found = {
    [`its execution ended ${status}`]: status !== 'SUCCEEDED',
    'it sent under several ids': new Set(accepted).size > 1,
    'it sent what it took back': saga.state === 'compensated' && accepted.length > 0,
  }
  const evidence = await gatherEvidence(outcome.store, outcome.nowMs)
  const broken = invariants.flatMap((invariant) =>
    invariant.violations(evidence).map(({ problem }) => `invariant ${invariant.number}: ${problem}`),
  )
  return [
    ...undefinedEnds(harness, outcome),
    ...Object.keys(found).filter((what) => found[what]),
    ...leftovers,
    ...broken,
  ]
}

/** What is wrong with how a saga ended after a injected, by its own row: each step must be done once, or undone once in reverse. */
export function undefinedEnds(
  { saga: { steps } }: Pick<SagaHarness, 'saga'>,
  { injected, happened, parkings, saga }: Pick<Outcome, 'injected' | 'happened' | 'parkings' | 'saga'>,
): string[] {
  const of = (action: string, ...ends: string[]) =>
    saga.timeline.filter((each) => each.action === action && ends.includes(each.outcome)).map(({ step }) => step)
  const did = of('do', 'done', 'skipped', 'given-up')
  const undid = of('undo', 'undone', 'nothing-to-undo')
  const undoable = steps.filter(({ kind }) => kind === 'compensatable').map(({ name }) => name)
  const hasLanded =
    saga.state === 'completed'
      ? `${did}` === `${steps.map(({ name }) => name)}` && undid.length === 0
      : `${undid}` === `${undoable.toReversed()}`
  const goesOn = injected.action === 'undo' ? 'compensated' : 'completed'
  const found = {
    'nothing befell it': happened === 0,
    [`it is left ${saga.state}`]: !hasEnded(saga),
    [`it did ${did} and undid ${undid}`]: !hasLanded,
    'what passed by itself was not got over': !injected.lasts && (saga.state !== goesOn || parkings > 0),
  }
  return Object.keys(found).filter((what) => found[what])
}
