import { memoryMbOf } from '../../infra/memory-sizes.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import type { AppSettings } from './app-settings.ts'
import { quantitiesOf } from './bill.ts'
import { capacityOf } from './capacity.ts'
import { type PriceName, priceOf } from './prices.ts'
import { sagaCosts } from './run-cost.ts'
import type { DatabaseCall, Measured, RowUse, Usage } from './usage.ts'

/** The same job, built in two ways: US dollars for a million of it. */
export interface Comparison {
  job: string
  here: { how: string; usd: number }
  elsewhere: { how: string; usd: number }
  /** What the price does not show. */
  difference: string
}

/** What the same jobs cost as others build them, from the same measured sizes and the same prices. */
export function comparisons(measured: Measured, settings: AppSettings): Comparison[] {
  const { comment, duplicate } = measured.useCases
  const [write] = comment.database.filter(isCommit)
  const [read] = comment.database.filter(
    ({ function: name, operation }) => name === 'add-comment' && operation.includes('Get'),
  )
  if (!write || !read) throw new Error('the measured comment has no read or no commit: npm run cost -- --measure')
  const price = (calls: readonly DatabaseCall[]) => 1e6 * calls.reduce((sum, call) => sum + usdOf(call, settings), 0)
  const powertools = powertoolsWrite(write, read)
  const inPhases = sagaUsd('phases')
  return [
    {
      job: 'the reads and writes of a comment',
      here: { how: 'one batch of reads, one transaction', usd: price([read, write]) },
      elsewhere: { how: 'Powertools idempotency and a separate outbox write', usd: price(powertools) },
      difference: 'between its four writes a crash leaves a key without its effect, or an effect without its event',
    },
    {
      job: 'a duplicate of it',
      here: { how: 'one batch of reads', usd: price(duplicate.database) },
      elsewhere: { how: 'a conditional write that fails', usd: price([failedKeyWrite(write)]) },
      difference: 'a duplicate that comes while the first one runs is refused instead of answered',
    },
    {
      job: 'the states and invocations of a notification saga',
      here: { how: 'neighbouring steps in one state', usd: inPhases },
      elsewhere: { how: 'one state per step', usd: sagaUsd('steps') },
      difference: 'each step is seen in the execution history; here the saga row tells its timeline',
    },
    {
      job: 'the states, invocations and rows of a notification saga',
      here: { how: 'Step Functions and fences', usd: sagaTotal(measured, settings) },
      elsewhere: { how: 'a Lambda durable function and fences', usd: durableTotal(measured, settings) },
      difference: 'no fence can be left out: a durable step runs at least once as well',
    },
  ]
}

function isCommit({ function: name, operation }: DatabaseCall): boolean {
  return name === 'add-comment' && operation === 'TransactWriteItems'
}

function usdOf(call: DatabaseCall, { tables }: AppSettings): number {
  const { read, write } = capacityOf(call, tables)
  return call.times * (read * priceOf.readUnit.usd + write * priceOf.writeUnit.usd)
}

/**
 * Its rows, without those that only a transaction can keep together: the key is put before the work and updated with the answer after it,
 * the ticket is read consistently, the business rows are one transaction, and the outbox row follows.
 */
function powertoolsWrite(write: DatabaseCall, read: DatabaseCall): DatabaseCall[] {
  const key = keyOf(write)
  const single = (operation: string, row: RowUse): DatabaseCall => ({ ...write, operation, rows: [row] })
  const outbox = write.rows.filter(({ table }) => table === 'Outbox')
  return [
    single('PutItem', { table: key.table, kind: '', bytesAfter: keyInProgressBytes }),
    {
      ...read,
      operation: 'BatchGetItem',
      isConsistent: true,
      rows: read.rows.filter(({ table }) => table !== key.table),
    },
    { ...write, rows: write.rows.filter(({ table }) => table !== key.table && table !== 'Outbox') },
    ...outbox.map((row) => single('PutItem', row)),
    single('UpdateItem', { ...key, bytesBefore: keyInProgressBytes }),
  ]
}

/** Id, expiry and status of an idempotency record. */
const keyInProgressBytes = 150

function failedKeyWrite(write: DatabaseCall): DatabaseCall {
  const key = keyOf(write)
  return { ...write, operation: 'PutItem', rows: [{ ...key, ...(key.bytesAfter && { bytesBefore: key.bytesAfter }) }] }
}

function keyOf({ rows }: DatabaseCall): RowUse {
  const key = rows.find(({ table }) => table === 'RequestKeys')
  if (!key) throw new Error('the measured commit has no request key: npm run cost -- --measure')
  return key
}

function sagaUsd(shape: 'phases' | 'steps'): number {
  return sagaCosts(compile(notification, { functionArn: 'arn', shape }), memoryMbOf('run-notification-step')).success
    .perMillionRuns.total
}

function sagaTotal(measured: Measured, settings: AppSettings): number {
  return 1e6 * usdOfUsage(measured.useCases['notification saga'], measured, settings)
}

/**
 * The start, each step and the end are durable operations (https://aws.amazon.com/lambda/pricing/); each writes about as much as a saga's
 * row has grown by, and is kept for 14 days, the default.
 */
function durableTotal(measured: Measured, settings: AppSettings): number {
  const usage = measured.useCases['notification saga']
  const operations = notification.steps.length + 2
  const gigabytes = (operations * checkpointBytes) / 1e9
  const without: Usage = {
    ...usage,
    transitions: 0,
    historyBytes: 0,
    calls: Object.fromEntries(Object.entries(usage.calls).filter(([name]) => !name.includes(' states '))),
  }
  const durable =
    operations * priceOf.durableOperation.usd +
    gigabytes * (priceOf.durableGigabyteWritten.usd + (priceOf.durableGigabyteMonth.usd * 14) / 30)
  return 1e6 * (usdOfUsage(without, measured, settings) + durable)
}

const checkpointBytes = 500

function usdOfUsage(usage: Usage, measured: Measured, settings: AppSettings): number {
  const quantities = Object.entries(quantitiesOf(usage, measured, settings)) as [PriceName, number][]
  return quantities.reduce((sum, [price, quantity]) => sum + quantity * priceOf[price].usd, 0)
}
