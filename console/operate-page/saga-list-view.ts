import { type Command, commandFor, type ResumptionFilter } from '../operator-api/command.ts'
import type { Tone } from '../saga/step-status.ts'
import { elapsed } from '../timeline/timeline-view.ts'
import type { Resumption, SagaSummary } from '../wire-saga.ts'

/** A saga in the list of those that have not ended. */
export interface SagaListRow {
  id: string
  name: string
  /** `failing`: it runs, and its last attempt failed. `held`: it waits for the release of what it needs. */
  state: string
  tone: Tone
  /** Such as `4 min ago`. */
  began: string
  /** The last attempt, such as `do mail: failed, TimeoutError`. */
  last: string
  attempts: number
  reason: string
  recipient: string
  command: Command | undefined
}

const tones: Record<string, Tone> = { parked: 'problem', failing: 'held-up', running: 'active' }

export function sagaListRow(saga: SagaSummary, nowMs: number): SagaListRow {
  const { id, name, attempts, reason = '', recipient = '', lastAttempt: last, startedAt } = saga
  const state = stateOf(saga)
  return {
    id,
    name,
    state,
    attempts,
    reason,
    recipient,
    tone: saga.heldFor === undefined ? (tones[state] ?? 'plain') : 'held-up',
    began: `${elapsed(Math.max(0, nowMs - Date.parse(startedAt)))} ago`,
    last: last ? [`${last.action} ${last.step}: ${last.outcome}`, last.error].filter(Boolean).join(', ') : '',
    command: commandFor(saga, last?.outcome),
  }
}

/** The state that operators see: `failing` while the saga runs and its last attempt failed. */
export function stateOf({ state, heldFor, lastAttempt }: SagaSummary): string {
  if (heldFor !== undefined) return `held for ${heldFor}`
  return state === 'running' && lastAttempt?.outcome === 'failed' ? 'failing' : state
}

/** Where one is in the list: the cursors of the pages up to this one, the first of which has none. */
export type Pages = readonly (string | undefined)[]

export const firstPage: Pages = [undefined]
export const older = (pages: Pages, nextCursor: string): Pages => [...pages, nextCursor]
export const newer = (pages: Pages): Pages => (pages.length > 1 ? pages.slice(0, -1) : pages)

/** Which sagas a resumption is of, in words. */
export function filterWords(filter: ResumptionFilter): string {
  const given = Object.entries(filter).filter(([, value]) => value !== '')
  return ['every parked saga', ...given.map(([name, value]) => `${name} ${value}`)].join(', ')
}

/** How far a resumption is, in words. */
export function resumptionWords({ state, resumed, refused, failed }: Resumption): string {
  const others = [refused > 0 && `${refused} had gone on or parked again`, failed > 0 && `${failed} could not be read`]
  const parts = [`${resumed} resumed`, ...others].filter(Boolean).join(', ')
  return state === 'running' ? `Under way: ${parts}.` : `Finished: ${parts}.`
}
