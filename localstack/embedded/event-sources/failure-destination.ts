import { randomUUID } from 'node:crypto'
import { functionArnOf, parseFunctionRef } from '../lambda/function-ref.ts'
import type { GiveUpCondition } from './stream-delivery.ts'
import { createdAtMs, type LambdaStreamRecord, sequenceOf } from './stream-record.ts'

/**
 * The message that Lambda sends to the failure destination of a stream: it names the records, whoever handles it reads them from the
 * stream. https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export function failureMessage(
  records: readonly LambdaStreamRecord[],
  about: { functionRef: string; shardId: string; condition: GiveUpCondition; invocations: number; now: Date },
): Record<string, unknown> {
  const [first] = records
  const last = records.at(-1)
  if (!first || !last) throw new Error('a failure message needs records')
  const { name, qualifier } = parseFunctionRef(about.functionRef)
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: functionArnOf(name, qualifier),
      condition: about.condition,
      approximateInvokeCount: about.invocations,
    },
    responseContext: { statusCode: 200, executedVersion: qualifier, functionError: 'Unhandled' },
    version: '1.0',
    timestamp: about.now.toISOString(),
    DDBStreamBatchInfo: {
      shardId: about.shardId,
      startSequenceNumber: sequenceOf(first),
      endSequenceNumber: sequenceOf(last),
      approximateArrivalOfFirstRecord: isoSeconds(createdAtMs(first)),
      approximateArrivalOfLastRecord: isoSeconds(createdAtMs(last)),
      batchSize: records.length,
      streamArn: first.eventSourceARN,
    },
  }
}

function isoSeconds(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
