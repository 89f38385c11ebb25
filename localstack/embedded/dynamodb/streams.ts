import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { sequenceNumberAt, withPublicLabels } from './stream-names.ts'
import type { Item } from './touched-items.ts'

/** The engine's ARNs carry its own region name and labels; to the outside everything is in `us-east-1`. */
export function withRegion(text: string): string {
  return withPublicLabels(text.replaceAll('arn:aws:dynamodb:dynoxide:', 'arn:aws:dynamodb:us-east-1:'))
}

interface StreamRecord {
  eventID: string
  eventName: string
  awsRegion: string
  dynamodb: { Keys: Item; NewImage?: Item; OldImage?: Item; SequenceNumber: string; StreamViewType: string }
  userIdentity?: unknown
}

/** The identity of a removal by TTL, in the notation of this API; that of Lambda's events begins with small letters. */
const service = { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' }

/**
 * Corrects `GetRecords`: region, event ids and sequence numbers; no record for a write that changed nothing, for which DynamoDB writes
 * none; and the service's identity on a removal by TTL, also on one that is not marked in the file yet. `last` is the last record's
 * position.
 */
export function correctRecords(
  answer: Record<string, unknown>,
  streamArn: string,
  isBeingSwept: (key: Item) => boolean,
): { records: StreamRecord[]; last: number | undefined } {
  const all = answer.Records as StreamRecord[]
  const last = all.at(-1)?.dynamodb.SequenceNumber
  const records = all.filter((record) => !changedNothing(record))
  for (const record of records) {
    const { dynamodb, eventName } = record
    record.eventID = createHash('md5').update(`${streamArn} ${dynamodb.SequenceNumber}`).digest('hex')
    record.awsRegion = 'us-east-1'
    dynamodb.SequenceNumber = sequenceNumberAt(Number(dynamodb.SequenceNumber))
    if (record.userIdentity || (eventName === 'REMOVE' && isBeingSwept(dynamodb.Keys))) record.userIdentity = service
  }
  return { records, last: last === undefined ? undefined : Number(last) }
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
