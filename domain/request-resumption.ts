import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision } from './decision.ts'
import type { Resumption } from './resumption.ts'
import type { SagaFilter } from './saga-filter.ts'

export interface RequestResumption extends CommandMetadata {
  filter: SagaFilter
}

/** Asks that every parked saga which passes the filter be resumed. */
export function requestResumption(_: object, { filter, by, at, ids }: RequestResumption): Decision<Resumption> {
  const resumption: Resumption = {
    id: ids.target,
    filter,
    requestedBy: by.id,
    requestedAt: at,
    resumed: 0,
    refused: 0,
    failed: 0,
    version: 1,
  }
  return changed(
    { type: 'resumption.requested', data: { filter } },
    [{ operation: 'put', entity: 'resumption', resumption }],
    resumption,
  )
}
