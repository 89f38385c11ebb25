/** A record as DynamoDB Streams' GetRecords answers it. */
export interface StreamRecord {
  eventID: string
  eventName: string
  eventVersion: string
  eventSource: string
  awsRegion: string
  userIdentity?: unknown
  dynamodb: { SequenceNumber: string; ApproximateCreationDateTime: number } & Record<string, unknown>
}

/** A record as the function gets it. */
export type LambdaStreamRecord = StreamRecord & { eventSourceARN: string }

/** Renames the members of an identity, which begin with small letters in Lambda's events. */
export function asLambdaRecord(record: StreamRecord): StreamRecord {
  if (!record.userIdentity) return record
  const { PrincipalId, Type } = record.userIdentity as { PrincipalId: string; Type: string }
  return { ...record, userIdentity: { principalId: PrincipalId, type: Type } }
}

export const sequenceOf = (record: StreamRecord): string => record.dynamodb.SequenceNumber

/** Epoch milliseconds; the stream has whole seconds. */
export const createdAtMs = (record: StreamRecord): number => record.dynamodb.ApproximateCreationDateTime * 1000
