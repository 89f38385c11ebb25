import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import type { Observer } from '../../app/observer.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { archiveReferenceRow } from '../../tables/archive-references.ts'
import { aggregateOfKey } from '../../tables/keys.ts'
import { Retries } from '../../tables/retries.ts'
import { requireSnapshot } from '../../tables/snapshot.ts'
import type { Store } from '../../tables/store.ts'

interface WatchDeps {
  observer: Observer
  store: Store
  runtime: Runtime
}

/**
 * Reports every change or removal of a recorded event, but for the removal of one that is archived. Both images are logged
 * as evidence; they hold facts and references, never text that users wrote. Whether an archive holds what was removed is for
 * the check to say (invariant 29).
 */
export async function watchEvents(deps: WatchDeps, { Records }: DynamoDBStreamEvent): Promise<void> {
  const { observer } = deps
  for (const record of Records) {
    const { eventName, eventID, userIdentity, dynamodb } = record
    if (eventName === 'INSERT') continue
    if (eventName === 'REMOVE' && (await isArchived(deps, record))) {
      observer.info('recorded event was archived', { keys: dynamodb?.Keys })
      continue
    }
    observer.count('HistoryTampered')
    observer.error('recorded event was changed or removed', {
      change: eventName,
      recordId: eventID,
      by: userIdentity,
      keys: dynamodb?.Keys,
      before: dynamodb?.OldImage,
      after: dynamodb?.NewImage,
      changedAt: dynamodb?.ApproximateCreationDateTime,
    })
  }
}

/**
 * Whether the archive command removed it: before its transaction was over, no reference covered the event; after a restore, it is not to be
 * removed again. In a snapshot: a removal can arrive while its transaction is still being applied.
 */
async function isArchived({ store, runtime }: WatchDeps, { dynamodb }: DynamoDBRecord): Promise<boolean> {
  const scope = aggregateOfKey(dynamodb?.Keys?.pk?.S ?? '')
  if (scope?.aggregate.type !== 'ticket') return false
  const reads = { reference: archiveReferenceRow(scope.tenant, scope.aggregate.id) }
  const { reference } = await requireSnapshot(store, new Retries(runtime), reads)
  if (!reference || Number(dynamodb?.Keys?.sk?.S) > reference.seq) return false
  const removedAtMs = (dynamodb?.ApproximateCreationDateTime ?? 0) * 1_000
  return reference.restoredAt === undefined || removedAtMs <= Date.parse(reference.restoredAt)
}
