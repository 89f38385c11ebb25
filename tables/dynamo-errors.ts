import { unmarshall } from '@aws-sdk/util-dynamodb'
import { isErrorNamed } from '../domain/error-names.ts'
import type { CancellationReason, Row } from './store.ts'

type MarshalledRow = Parameters<typeof unmarshall>[0]

/**
 * The reason of each row in a cancelled transaction; undefined when the error is not a cancellation. Throws the error itself when a reason
 * is a programming error (a row that is too large or malformed).
 */
export function cancellationReasons(error: unknown): CancellationReason[] | undefined {
  if (isErrorNamed(error, 'TransactionConflictException')) return [{ code: 'conflict' }]
  if (!isErrorNamed(error, 'TransactionCanceledException')) return undefined
  const { CancellationReasons = [] } = error as { CancellationReasons?: { Code?: string; Item?: MarshalledRow }[] }
  return CancellationReasons.map(({ Code = 'None', Item }): CancellationReason => {
    switch (Code) {
      case 'None':
        return { code: 'none' }
      case 'ConditionalCheckFailed':
        return { code: 'condition', ...(Item && { row: unmarshall(Item) }) }
      case 'TransactionConflict':
        return { code: 'conflict' }
      case 'ThrottlingError':
      case 'ProvisionedThroughputExceeded':
        return { code: 'throttled' }
      default:
        throw error
    }
  })
}

/** The stored row that a failed condition answered with; undefined when there is none. */
export function storedRow(error: unknown): Row | undefined {
  const { Item } = error as { Item?: MarshalledRow }
  return Item && unmarshall(Item)
}

/** Whether nothing was done because of a rate limit. */
export function isThrottling(error: unknown): boolean {
  return isErrorNamed(error, 'ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded')
}

/** Whether the signature was rejected because of clock skew, and the SDK has corrected its clock from the answer. */
export function isClockSkewCorrected(error: unknown): boolean {
  return (error as { $metadata?: { clockSkewCorrected?: boolean } }).$metadata?.clockSkewCorrected === true
}

/**
 * Whether the service definitely rejected the request: a 4xx answer. Anything else (timeout, reset, 5xx) may have taken effect, and so
 * may a transaction whose token is still being processed.
 */
export function isDefiniteRejection(error: unknown): boolean {
  if (isErrorNamed(error, 'TransactionInProgressException')) return false
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0
  return status >= 400 && status < 500 && status !== 408
}
