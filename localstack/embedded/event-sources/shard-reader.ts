import { AwsError } from '../aws-error.ts'
import type { JsonService, Principal } from '../ports.ts'
import { asLambdaRecord, type StreamRecord, sequenceOf } from './stream-record.ts'

/** Reads one shard in order, from a position on. */
export interface ShardReader {
  /** The next records, none at the end for now. Throws what the service throws; the next call then reads from the same place. */
  read(): Promise<StreamRecord[]>
}

export interface Shard {
  streams: JsonService
  principal: Principal
  streamArn: string
  shardId: string
  /** The last record not to be read again; from the oldest on when undefined. */
  after: string | undefined
}

/** Fewer round trips than batches when a backlog is read; small enough to be held in memory. */
const pageRecordsMax = 200

export function shardReader({ streams, principal, streamArn, shardId, after }: Shard): ShardReader {
  let position = after
  let iterator: unknown

  async function freshIterator(): Promise<unknown> {
    try {
      return await iteratorFrom(position)
    } catch (error) {
      // What was trimmed can't be read any more: Lambda goes on with the oldest record that is left.
      if (error instanceof AwsError && error.code === 'TrimmedDataAccessException') return iteratorFrom(undefined)
      throw error
    }
  }

  async function iteratorFrom(position: string | undefined): Promise<unknown> {
    const start =
      position === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position }
    const answer = await streams.handle(
      'GetShardIterator',
      { StreamArn: streamArn, ShardId: shardId, ...start },
      principal,
    )
    return (answer as { ShardIterator: string }).ShardIterator
  }

  return {
    async read() {
      const from = iterator ?? (await freshIterator())
      // An iterator that failed may have expired: the next one is made from the position.
      iterator = undefined
      const answer = await streams.handle('GetRecords', { ShardIterator: from, Limit: pageRecordsMax }, principal)
      const { Records, NextShardIterator } = answer as { Records: StreamRecord[]; NextShardIterator?: string }
      const last = Records.at(-1)
      if (last) position = sequenceOf(last)
      iterator = NextShardIterator
      return Records.map(asLambdaRecord)
    },
  }
}
