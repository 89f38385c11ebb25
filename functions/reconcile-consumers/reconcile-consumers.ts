import { everyBlocked, type Receipt, receiptOf, receiptRow } from '../../tables/receipts.ts'
import type { Row } from '../../tables/store.ts'
import { catchUp } from '../consume/catch-up.ts'
import { type Consumer, type Consuming, Poison } from '../consume/consumer.ts'

export interface ConsumersReconciled {
  /** Aggregates that were blocked in a consumer, and those of them that are not any more. */
  blocked: number
  freed: number
  complete: boolean
}

const pageSize = 200

/**
 * Gives every blocked aggregate another chance: what could not be applied may be by now, without anyone redriving its message. Looks
 * through the sparse index of what is blocked, past failures, until done or `untilMs`.
 */
export async function reconcileConsumers(
  consuming: Consuming,
  consumers: readonly Consumer[],
  untilMs: number,
): Promise<ConsumersReconciled> {
  const { store, world, observer } = consuming
  const done: ConsumersReconciled = { blocked: 0, freed: 0, complete: false }
  let after: Row | undefined
  let isInTime = true
  do {
    const page = await store.scan({ ...everyBlocked, limit: pageSize, after })
    for (const row of page.rows) {
      isInTime = world.now() < untilMs
      if (!isInTime) break
      const blocked = await stillBlocked(consuming, row)
      if (!blocked) continue
      done.blocked++
      if (await isFreed(consuming, consumers, blocked, untilMs)) done.freed++
    }
    after = page.next
  } while (after && isInTime)
  done.complete = isInTime
  observer.count('AggregatesStillBlocked', done.blocked - done.freed)
  if (done.blocked > 0 || !done.complete) observer.warn('blocked aggregates were tried again', { ...done })
  return done
}

/** The index may be late. */
async function stillBlocked({ store }: Consuming, indexed: Row): Promise<Receipt | undefined> {
  const { consumer, tenant, aggregate } = receiptOf(indexed)
  const { parse, ...read } = receiptRow(consumer, tenant, aggregate)
  const row = await store.get(read)
  const receipt = row && parse(row)
  return receipt?.blockedAt === undefined ? undefined : receipt
}

async function isFreed(
  consuming: Consuming,
  consumers: readonly Consumer[],
  { consumer: name, tenant, aggregate, blockedAt, highestSeen = 0 }: Receipt,
  untilMs: number,
): Promise<boolean> {
  const consumer = consumers.find((each) => each.name === name)
  const facts = { consumer: name, tenant, aggregate, blockedAt }
  if (!consumer) {
    consuming.observer.error('a consumer that is not known here left an aggregate blocked', facts)
    return false
  }
  try {
    await catchUp(consuming, consumer, { tenant, aggregate }, highestSeen, untilMs)
    return true
  } catch (cause) {
    if (!(cause instanceof Poison)) consuming.observer.warn('an aggregate could not be caught up', { ...facts, cause })
    return false
  }
}
