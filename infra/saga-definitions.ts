import type { DefinitionStep, SagaDefinition } from '../console/wire-saga.ts'
import { sagas } from '../sagas/all.ts'
import { longRetry, shortRetry } from '../sagas/retry.ts'
import { type Saga, type SagaStep, titleOf } from '../sagas/saga.ts'
import { definitionVersion } from '../sagas/version.ts'

/** A saga's definition as the console draws it. */
export function toSagaDefinition(saga: Saga): SagaDefinition {
  return { title: titleOf(saga), steps: saga.steps.map(toDefinitionStep) }
}

/** Every definition that this version of the code has, by the version that `Sagas` and the API name (ADR 13). */
export function definitionsByVersion(): Record<string, SagaDefinition> {
  return Object.fromEntries(sagas.map((saga) => [definitionVersion(saga), toSagaDefinition(saga)]))
}

/** Retries as they are compiled into the state machine (sagas/compile.ts). */
function toDefinitionStep({ name, kind, callback, retry }: SagaStep): DefinitionStep {
  const own = retry ?? (kind === 'retriable' ? longRetry : shortRetry)
  return { name, kind, waits: callback !== undefined, retries: { do: own, undo: longRetry } }
}
