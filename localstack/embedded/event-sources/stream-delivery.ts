import { setTimeout as delay } from 'node:timers/promises'
import type { InvokeFunction, Log } from '../ports.ts'
import { readBatchResponse } from './batch-response.ts'
import { invokeBatch } from './invoke-batch.ts'
import { createdAtMs, type LambdaStreamRecord, sequenceOf } from './stream-record.ts'

/** Why records were given up, in the words of Lambda's failure message. */
export type GiveUpCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded'

export interface StreamDeliveryOptions {
  functionRef: string
  reportBatchItemFailures: boolean
  bisectBatchOnFunctionError: boolean
  /** -1 for ever. */
  maximumRetryAttempts: number
  /** -1 for ever. */
  maximumRecordAgeSeconds: number
  invoke: InvokeFunction
  log: Log
  now: () => Date
  retryDelayMs: (failures: number) => number
  signal: AbortSignal
  /** Everything up to this record is done with. */
  acknowledge(sequenceNumber: string): void
  /** Hands records that will not be tried again to the failure destination; returns when it has them. */
  giveUp(records: readonly LambdaStreamRecord[], condition: GiveUpCondition, invocations: number): Promise<void>
}

/** A part of a batch, with the number of times that it failed as it is. */
interface Portion {
  records: LambdaStreamRecord[]
  failures: number
}

/**
 * Gives a batch to the function until each of its records was accepted or given up, in order, acknowledging as it goes.
 * Rejects only when the signal aborts; what was not acknowledged then comes again.
 */
export async function deliverBatch(batch: LambdaStreamRecord[], options: StreamDeliveryOptions): Promise<void> {
  const { functionRef, log, signal } = options
  let portions: Portion[] = [{ records: batch, failures: 0 }]
  let throttles = 0
  for (;;) {
    const [next, ...later] = portions
    if (!next) return
    const portion = await withoutExpired(next, options)
    const { records, failures } = portion
    const last = records.at(-1)
    if (!last) {
      portions = later
      continue
    }
    const outcome = await attempt(records, options)
    if (outcome.kind === 'succeeded') {
      options.acknowledge(sequenceOf(last))
      portions = later
      continue
    }
    if (outcome.kind === 'throttled') {
      portions = [portion, ...later]
      await delay(options.retryDelayMs(++throttles), undefined, { signal })
      continue
    }
    const rest = records.slice(outcome.accepted)
    const before = records[outcome.accepted - 1]
    if (before) options.acknowledge(sequenceOf(before))
    const failed = { records: rest, failures: before ? 1 : failures + 1 }
    if (failed.failures === 1)
      log.warn(`${functionRef}: ${rest.length} stream records failed (${outcome.reason}); retrying`)
    portions = [...(await afterFailure(failed, options)), ...later]
    if (portions.length > later.length) await delay(options.retryDelayMs(failed.failures), undefined, { signal })
  }
}

type Attempt =
  | { kind: 'succeeded' }
  | { kind: 'throttled' }
  /** The first records were accepted, from there on not. */
  | { kind: 'failed'; accepted: number; reason: string }

async function attempt(records: LambdaStreamRecord[], options: StreamDeliveryOptions): Promise<Attempt> {
  const result = await invokeBatch(records, options)
  if (!result) return { kind: 'throttled' }
  if (result.status === 'failed') {
    return { kind: 'failed', accepted: 0, reason: `${result.errorType}: ${result.errorMessage}` }
  }
  if (!options.reportBatchItemFailures) return { kind: 'succeeded' }
  const outcome = readBatchResponse(result.payload, new Set(records.map(sequenceOf)))
  if (outcome.kind === 'failed')
    return { kind: 'failed', accepted: 0, reason: 'its batchItemFailures name no record of the batch' }
  if (outcome.kind === 'succeeded') return outcome
  // Order matters in a stream: everything from the lowest failed record on comes again.
  const accepted = records.findIndex((record) => outcome.failed.has(sequenceOf(record)))
  return { kind: 'failed', accepted, reason: 'reported by the function' }
}

/** What is tried next of a portion that failed: all of it, its halves, or nothing when its attempts are used up. */
async function afterFailure(portion: Portion, options: StreamDeliveryOptions): Promise<Portion[]> {
  const { records, failures } = portion
  const { maximumRetryAttempts: retriesMax } = options
  if (retriesMax >= 0 && failures > retriesMax) {
    await options.giveUp(records, 'RetryAttemptsExhausted', failures)
    acknowledgeLast(records, options)
    return []
  }
  if (!options.bisectBatchOnFunctionError || records.length === 1) return [portion]
  const middle = Math.ceil(records.length / 2)
  // Splitting costs no attempt, as on Lambda.
  return [records.slice(0, middle), records.slice(middle)].map((half) => ({ records: half, failures: failures - 1 }))
}

/** Records are in the order of their making, so the too old ones are the first ones. */
async function withoutExpired({ records, failures }: Portion, options: StreamDeliveryOptions): Promise<Portion> {
  const ageMsMax = options.maximumRecordAgeSeconds * 1000
  if (ageMsMax < 0) return { records, failures }
  const oldest = options.now().getTime() - ageMsMax
  const fresh = records.findIndex((record) => createdAtMs(record) >= oldest)
  const expired = fresh === -1 ? records : records.slice(0, fresh)
  if (expired.length === 0) return { records, failures }
  await options.giveUp(expired, 'RecordAgeExceeded', failures)
  acknowledgeLast(expired, options)
  return { records: records.slice(expired.length), failures }
}

function acknowledgeLast(records: readonly LambdaStreamRecord[], { acknowledge }: StreamDeliveryOptions) {
  const last = records.at(-1)
  if (last) acknowledge(sequenceOf(last))
}
