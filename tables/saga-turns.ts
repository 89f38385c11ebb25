import type { SagaRecord, SagaRef } from './sagas.ts'

/**
 * When the execution reached a task; turns compare as text. `enteredAt` is when its state was entered, by Step Functions' clock, and is
 * the same for all retries of the task. Only the retries of a parking differ, as each has its own task token.
 */
export function turnOf(enteredAt: string, attempt = attemptLast): string {
  return `${enteredAt} ${String(attempt).padStart(4, '0')}`
}

const attemptLast = 9_999

/** Whether the saga was parked after this turn: the task was given up, and must not change a saga that waits for an operator. */
export function isOvertaken({ parkedTurn }: Pick<SagaRecord, 'parkedTurn'>, { turn }: Pick<SagaRef, 'turn'>): boolean {
  return parkedTurn !== undefined && turn !== undefined && parkedTurn > turn
}
