import type { ApiSaga, ApiSagaSummary, SagaState } from '../wire-api.ts'

/** What an operator may do about a saga now, as a request. */
export interface SagaAction {
  label: string
  path: string
  body: { parkingId: string } | { generation: number }
  /** Names this very situation: once it is over, the API refuses what was meant for it. */
  of: string
}

/** A parked saga can be resumed; one whose last attempt failed, and that waits to try again, can do so now. */
export function actionOf(saga: ActionableSaga): SagaAction | undefined {
  const { id, state, generation, parkingId } = saga
  const path = `sagas/${encodeURIComponent(id)}`
  if (state === 'parked' && parkingId !== undefined)
    return { label: 'Resume', path: `${path}/resume`, body: { parkingId }, of: `${id} ${parkingId}` }
  if (state === 'running' && lastOutcome(saga) === 'failed')
    return { label: 'Run now', path: `${path}/run-now`, body: { generation }, of: `${id} ${generation}` }
  return undefined
}

type ActionableSaga = Pick<ApiSaga, 'id' | 'state' | 'generation' | 'parkingId'> &
  (Pick<ApiSagaSummary, 'lastAttempt'> | Pick<ApiSaga, 'steps'>)

function lastOutcome(saga: ActionableSaga): string | undefined {
  return 'steps' in saga ? saga.steps.at(-1)?.outcome : saga.lastAttempt?.outcome
}

export const toneOf: Record<SagaState, 'problem' | 'undone' | 'plain'> = {
  pending: 'plain',
  running: 'plain',
  completed: 'plain',
  compensated: 'undone',
  parked: 'problem',
}

/** `do mail: failed (TimeoutError)`. */
export function attemptWords(attempt: { step: string; action: string; outcome: string; error?: unknown }): string {
  const { step, action, outcome, error } = attempt
  const name = typeof error === 'string' ? error : (error as { name?: string } | undefined)?.name
  return `${action} ${step}: ${outcome}${name === undefined ? '' : ` (${name})`}`
}
