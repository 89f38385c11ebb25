import { stateOf } from '../operate-page/saga-list-view.ts'
import type { Tone } from '../saga/step-status.ts'
import { elapsed } from '../timeline/timeline-view.ts'
import type { SagaSummary } from '../wire-saga.ts'
import type { WorkItem } from './wire-views.ts'

/** A number with what it counts. */
export interface Tally {
  name: string
  count: number
  /** `plain` for none. */
  tone: Tone
}

const sagaTones = {
  parked: 'problem',
  failing: 'held-up',
  held: 'held-up',
  running: 'active',
  pending: 'plain',
} as const satisfies Record<string, Tone>

/** How many sagas are in which state, what needs somebody first. A held saga is counted once, whatever else its state is. */
export function sagaTallies(sagas: readonly SagaSummary[]): Tally[] {
  const states = sagas.map((saga) => (saga.heldFor === undefined ? stateOf(saga) : 'held'))
  return Object.entries(sagaTones).map(([name, tone]) =>
    tally(name, states.filter((each) => each === name).length, tone),
  )
}

export function tally(name: string, count: number, tone: Tone): Tally {
  return { name, count, tone: count === 0 ? 'plain' : tone }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['behind', 'Changes of the last moments are not in it yet.'],
  ['blocked', 'Changes of a ticket can’t be applied: see what is blocked.'],
  ['incomplete', 'What happened before is still being added.'],
])

/** Why a read model may lack something, in words, by its header `X-View-Stale`; empty when nothing is known to be missing. */
export function staleWords(header: string): string {
  const given = header.split(/[\s,]+/).filter((reason) => reason !== '')
  return given.map((reason) => reasons.get(reason) ?? `It may lack something: ${reason}.`).join(' ')
}

/** How much time the SLA leaves for the next that is due, such as `first answer within 40 min`; empty without a policy. */
export function slaWords({ sla }: Pick<WorkItem, 'sla'>): string {
  const { firstAnswer, resolution } = sla ?? {}
  const [what, leftMs] = isDue(firstAnswer) ? ['first answer', firstAnswer.leftMs] : ['resolution', resolution?.leftMs]
  if (typeof leftMs !== 'number') return ''
  return leftMs < 0 ? `${what} overdue by ${elapsed(-leftMs)}` : `${what} within ${elapsed(leftMs)}`
}

function isDue(target: { leftMs: number | null } | undefined): target is { leftMs: number } {
  return typeof target?.leftMs === 'number'
}

/** A mean, such as `12 min`; a dash without any. */
export function meanWords(seconds: number | null): string {
  if (seconds === null) return '–'
  return seconds === 0 ? 'under 1 s' : elapsed(seconds * 1_000)
}
