import type { Saga, SagaDefinition, SagaRun } from '../wire-saga.ts'

/**
 * What the API tells of a saga, with the definition that it runs under. `definitions` are those of the code that the page was made with, by
 * version: a saga of another version of the code has none, and never that of its namesake.
 */
export function sagaRun(saga: Saga, definitions: Readonly<Record<string, SagaDefinition>>): SagaRun {
  const { definition: version } = saga
  const definition = version !== undefined && Object.hasOwn(definitions, version) ? definitions[version] : undefined
  return { saga, ...(definition && { definition }) }
}
