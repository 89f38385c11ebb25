/** A record as DynamoDB Streams' GetRecords answers it. */
export interface StreamRecord {
  eventID: string
  eventName: string
  eventVersion: string
  eventSource: string
  awsRegion: string
  dynamodb: { SequenceNumber: string; ApproximateCreationDateTime: number } & Record<string, unknown>
}

/** A record as the function gets it. */
export type LambdaStreamRecord = StreamRecord & { eventSourceARN: string }

export const sequenceOf = (record: StreamRecord): string => record.dynamodb.SequenceNumber

/** Epoch milliseconds; the stream has whole seconds. */
export const createdAtMs = (record: StreamRecord): number => record.dynamodb.ApproximateCreationDateTime * 1000
