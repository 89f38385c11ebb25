import { isDeepStrictEqual } from 'node:util'
import type { Item } from './touched-items.ts'

/** The engine's ARNs carry its own region name; to the outside everything is in `us-east-1`. */
export function withRegion(text: string): string {
  return text.replaceAll('arn:aws:dynamodb:dynoxide:', 'arn:aws:dynamodb:us-east-1:')
}

interface StreamDescription {
  TableName: string
  Shards: { ShardId: string; SequenceNumberRange: { StartingSequenceNumber?: string; EndingSequenceNumber?: string } }[]
}

/**
 * Corrects `DescribeStream`: a table's one shard is never closed, though the engine gives it an ending number, and its first
 * number is the smallest one, not the first in the alphabet.
 */
export function correctDescription(
  answer: Record<string, unknown>,
  firstSequenceNumber: (tableName: string) => string | undefined,
): Record<string, unknown> {
  const description = answer.StreamDescription as StreamDescription
  const first = firstSequenceNumber(description.TableName)
  for (const shard of description.Shards) {
    shard.SequenceNumberRange = first === undefined ? {} : { StartingSequenceNumber: first }
  }
  return answer
}

interface StreamRecord {
  eventName: string
  awsRegion: string
  dynamodb: { Keys: Item; NewImage?: Item; OldImage?: Item }
  userIdentity?: { type: string; principalId: string }
}

/**
 * Corrects `GetRecords`: the region; no record for a write that changed nothing, for which DynamoDB writes none; and the
 * service's identity on a removal by TTL that is not marked in the file yet.
 */
export function correctRecords(
  answer: Record<string, unknown>,
  isBeingSwept: (key: Item) => boolean,
): Record<string, unknown> {
  const records = (answer.Records as StreamRecord[]).filter((record) => !changedNothing(record))
  for (const record of records) {
    record.awsRegion = 'us-east-1'
    if (record.eventName === 'REMOVE' && !record.userIdentity && isBeingSwept(record.dynamodb.Keys)) {
      record.userIdentity = { type: 'Service', principalId: 'dynamodb.amazonaws.com' }
    }
  }
  return { ...answer, Records: records }
}

/** Only tables that keep both images show it. */
function changedNothing({ eventName, dynamodb: { OldImage, NewImage } }: StreamRecord): boolean {
  if (eventName !== 'MODIFY' || !OldImage || !NewImage) return false
  return isDeepStrictEqual(comparable(OldImage), comparable(NewImage))
}

/** Sets have no order. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const isSet = /^(SS|NS|BS)$/.test(name) && Array.isArray(member)
      return [name, isSet ? [...member].sort() : comparable(member)]
    }),
  )
}
