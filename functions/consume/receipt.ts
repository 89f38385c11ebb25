import type { DomainEvent } from '../../domain/event.ts'
import { Attempts } from '../../tables/backoff.ts'
import {
  afterApplying,
  blockedHaving,
  noReceipt,
  type Receipt,
  receiptRow,
  replaceReceipt,
} from '../../tables/receipts.ts'
import type { Write } from '../../tables/store.ts'
import type { Consumer, Consuming, Target } from './consumer.ts'

/** How far a consumer has come with an aggregate. Throws `ZodError` on a row that is no receipt. */
export async function readReceipt(
  { store }: Pick<Consuming, 'store'>,
  { name }: Pick<Consumer, 'name'>,
  { tenant, aggregate }: Target,
): Promise<Receipt> {
  const read = receiptRow(name, tenant, aggregate)
  const row = await store.get(read)
  return row ? read.parse(row) : noReceipt(name, tenant, aggregate)
}

/**
 * One event's effect and the receipt, in one transaction. When anything of it has moved since it was read (another copy
 * of this consumer, another aggregate's event on the same row), or the answer was lost, the receipt tells whether to go
 * on or try again: the condition on it lets the effect happen once, however often it is sent. Returns the receipt as it
 * is afterwards.
 */
export async function applyNext(
  consuming: Consuming,
  consumer: Consumer,
  before: Receipt,
  event: DomainEvent,
  untilMs: number,
): Promise<Receipt> {
  const attempts = new Attempts(consuming.world, untilMs)
  let receipt = before
  do {
    const after = afterApplying(receipt)
    const effect = await consumer.effectOf(event)
    if (await written(consuming, [replaceReceipt(receipt, after), ...effect])) {
      const { observer } = consuming
      if (receipt.blockedAt !== undefined && after.blockedAt === undefined) observer.count('AggregatesUnblocked')
      return after
    }
    receipt = await readReceipt(consuming, consumer, receipt)
    if (receipt.appliedSeq >= event.seq) return receipt
  } while (await attempts.again())
  throw new Error(`event ${event.seq} could not be applied in time: its rows were in use`)
}

/**
 * Records that the next event can't be applied, and that `seenSeq` was shown meanwhile. Returns the receipt as it is
 * afterwards: not blocked there, when another copy has come further in the meantime.
 */
export async function hold(
  consuming: Consuming,
  consumer: Consumer,
  before: Receipt,
  seenSeq: number,
  untilMs: number,
): Promise<Receipt> {
  const { observer } = consuming
  const attempts = new Attempts(consuming.world, untilMs)
  let receipt = before
  do {
    const after = blockedHaving(receipt, seenSeq)
    if (receipt.highestSeen === after.highestSeen) return receipt
    if (await written(consuming, [replaceReceipt(receipt, after)])) {
      const { tenant, aggregate, blockedAt, highestSeen } = after
      if (receipt.blockedAt === undefined) observer.count('AggregatesBlocked')
      const facts = { consumer: consumer.name, tenant, aggregate, blockedAt, highestSeen }
      observer.error('an aggregate is blocked: later events wait for this one', facts)
      return after
    }
    receipt = await readReceipt(consuming, consumer, receipt)
    if (receipt.appliedSeq > before.appliedSeq) return receipt
  } while (await attempts.again())
  throw new Error('the receipt could not be written in time: it was in use')
}

/** False when the transaction did not take effect, or nobody knows: the receipt tells. */
async function written({ store, world, observer }: Consuming, writes: Write[]): Promise<boolean> {
  const { status } = await store.transactWrite(writes, world.newId())
  if (status !== 'committed') observer.count('ConsumerWritesRepeated')
  return status === 'committed'
}
