import { catchUp } from '../../app/consume/catch-up.ts'
import { type Consumer, type ConsumerDeps, PoisonEventError } from '../../app/consume/consumer.ts'
import { type Checkpoint, checkpointRow, everyBlockedCheckpoint, parseCheckpoint } from '../../tables/checkpoints.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Row } from '../../tables/store.ts'

export interface ConsumersReconciled {
  /** Aggregates that were blocked in a consumer, and those of them that are not any more. */
  blocked: number
  freed: number
  complete: boolean
}

const pageSize = 200

/**
 * Gives every blocked aggregate another chance: what could not be applied may be by now, without anyone redriving its message. Looks
 * through the sparse index of what is blocked, past failures, until done or `deadlineMs`.
 */
export async function reconcileConsumers(
  deps: ConsumerDeps,
  consumers: readonly Consumer[],
  deadlineMs: number,
): Promise<ConsumersReconciled> {
  const { store, runtime, observer } = deps
  const done: ConsumersReconciled = { blocked: 0, freed: 0, complete: false }
  let after: Row | undefined
  let isInTime = true
  do {
    const page = await store.scan({ ...everyBlockedCheckpoint, limit: pageSize, after })
    for (const row of page.rows) {
      isInTime = runtime.now() < deadlineMs
      if (!isInTime) break
      const blocked = await stillBlocked(deps, row)
      if (!blocked) continue
      done.blocked++
      if (await isFreed(deps, consumers, blocked, deadlineMs)) done.freed++
    }
    after = page.next
  } while (after && isInTime)
  done.complete = isInTime
  observer.count('AggregatesStillBlocked', done.blocked - done.freed)
  if (done.blocked > 0 || !done.complete) observer.warn('blocked aggregates were tried again', { ...done })
  return done
}

/** The index may be late. */
async function stillBlocked({ store }: ConsumerDeps, indexed: Row): Promise<Checkpoint | undefined> {
  const { consumer, tenant, aggregate } = parseCheckpoint(indexed)
  const checkpoint = await readRow(store, checkpointRow(consumer, tenant, aggregate))
  return checkpoint?.blockedAt === undefined ? undefined : checkpoint
}

async function isFreed(
  deps: ConsumerDeps,
  consumers: readonly Consumer[],
  { consumer: name, tenant, aggregate, blockedAt, highestSeen = 0 }: Checkpoint,
  deadlineMs: number,
): Promise<boolean> {
  const consumer = consumers.find((each) => each.name === name)
  const facts = { consumer: name, tenant, aggregate, blockedAt }
  if (!consumer) {
    deps.observer.error('a consumer that is not known here left an aggregate blocked', facts)
    return false
  }
  try {
    await catchUp(deps, consumer, { tenant, aggregate }, highestSeen, deadlineMs)
    return true
  } catch (cause) {
    if (!(cause instanceof PoisonEventError))
      deps.observer.warn('an aggregate could not be caught up', { ...facts, cause })
    return false
  }
}
