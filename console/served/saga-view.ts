import { type Command, commandFor } from '../operator/command.ts'
import type { Saga, SagaState, SagaSummary } from '../wire-saga.ts'

/** What can be done about a saga, in a list or by itself; undefined when it needs nobody. */
export function commandOf(saga: Saga | SagaSummary): Command | undefined {
  return commandFor(saga, 'steps' in saga ? saga.steps.at(-1)?.outcome : saga.lastAttempt?.outcome)
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
