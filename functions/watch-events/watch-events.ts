import type { DynamoDBStreamEvent } from 'aws-lambda'
import type { Observer } from '../../app/observer.ts'

/**
 * Reports every change or removal of a recorded event, which no role of this system allows. Both images are logged as evidence; they
 * hold facts and references, never text that users wrote.
 */
export function watchEvents({ observer }: { observer: Observer }, { Records }: DynamoDBStreamEvent): void {
  for (const { eventName, eventID, userIdentity, dynamodb } of Records) {
    if (eventName === 'INSERT') continue
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
