import { batchError, SqsError } from '../errors.ts'
import { batchEntriesMax } from './limits.ts'

export interface Entry {
  Id: string
  [member: string]: unknown
}

/** The entries of a batch call. Throws when the batch as a whole is refused. */
export function checkBatch(operation: string, given: unknown): Entry[] {
  const entries = (Array.isArray(given) ? given : []) as Entry[]
  if (entries.length === 0)
    throw batchError('EmptyBatchRequest', `There should be at least one ${operation}RequestEntry in the request.`)
  if (entries.length > batchEntriesMax)
    throw batchError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${batchEntriesMax}. You have sent ${entries.length}.`,
    )
  const ids = new Set<string>()
  for (const { Id } of entries) {
    if (typeof Id !== 'string' || !/^[a-zA-Z0-9_-]{1,80}$/.test(Id))
      throw batchError(
        'InvalidBatchEntryId',
        'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
      )
    if (ids.has(Id)) throw batchError('BatchEntryIdsNotDistinct', `Id ${Id} repeated.`)
    ids.add(Id)
  }
  return entries
}

export interface BatchOutcome {
  Successful: Record<string, unknown>[]
  Failed: { Id: string; Code: string; Message: string; SenderFault: boolean }[]
}

/** Does each entry by itself: one that is refused stands beside those that succeed. */
export function eachEntry(entries: readonly Entry[], act: (entry: Entry) => Record<string, unknown>): BatchOutcome {
  const outcome: BatchOutcome = { Successful: [], Failed: [] }
  for (const entry of entries) {
    try {
      outcome.Successful.push({ Id: entry.Id, ...act(entry) })
    } catch (error) {
      if (!(error instanceof SqsError)) throw error
      outcome.Failed.push({ Id: entry.Id, Code: error.queryCode, Message: error.message, SenderFault: true })
    }
  }
  return outcome
}
