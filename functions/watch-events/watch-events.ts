import type { DynamoDBStreamEvent } from 'aws-lambda'
import type { Observer } from '../../app/observer.ts'

/**
 * Says loudly that recorded history was changed or removed, which no role of this system may do. Both images are
 * logged: they are the evidence, and hold facts and references, never words that people wrote.
 */
export function watchEvents({ Records }: DynamoDBStreamEvent, observer: Observer): void {
  for (const { eventName, eventID, userIdentity, dynamodb } of Records) {
    if (eventName === 'INSERT') continue
    observer.count('HistoryTampered')
    observer.error('recorded history was changed or removed', {
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
