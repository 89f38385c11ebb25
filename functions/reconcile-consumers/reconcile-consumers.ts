import { catchUp } from '../../app/consume/catch-up.ts'
import type { Consumer, ConsumerDeps } from '../../app/consume/consumer.ts'
import { loggedAggregate } from '../../app/logged-aggregate.ts'
import { sweepRows } from '../../app/sweep.ts'
import { type Checkpoint, checkpointRow, everyBlockedCheckpoint, parseCheckpoint } from '../../tables/checkpoints.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Row } from '../../tables/store.ts'

export interface ConsumersReconciled {
  /** Aggregates that were blocked in a consumer. */
  blocked: number
  /** Those of them that have caught up. */
  freed: number
  /** Whether the last blocked aggregate was tried before the deadline. If not, the next round continues. */
  complete: boolean
}

const pageSize = 200

/**
 * Lets every blocked aggregate try again: the event that could not be applied may be applicable by now, and nobody needs to redrive
 * its message. One round over the sparse index of blocked checkpoints.
 */
export async function reconcileConsumers(
  deps: ConsumerDeps,
  consumers: readonly Consumer[],
  deadlineMs: number,
): Promise<ConsumersReconciled> {
  const { observer } = deps
  let blocked = 0
  let freed = 0
  const { failed, complete } = await sweepRows(
    deps,
    { name: 'reconcile-consumers', ...everyBlockedCheckpoint, limit: pageSize },
    async ([row], shareMs) => {
      const checkpoint = row && (await stillBlocked(deps, row))
      if (!checkpoint) return
      blocked++
      if (await isFreed(deps, consumers, checkpoint, shareMs)) freed++
    },
    deadlineMs,
  )
  const result = { blocked, freed, complete }
  observer.count('AggregatesStillBlocked', blocked - freed)
  if (blocked > 0 || failed > 0 || !complete) observer.warn('blocked aggregates tried again', result)
  return result
}

/** The index is eventually consistent, so the row itself decides. */
async function stillBlocked({ store }: ConsumerDeps, indexRow: Row): Promise<Checkpoint | undefined> {
  const { consumer, tenant, aggregate } = parseCheckpoint(indexRow)
  const checkpoint = await readRow(store, checkpointRow(consumer, tenant, aggregate))
  return checkpoint?.blockedAt === undefined ? undefined : checkpoint
}

async function isFreed(
  deps: ConsumerDeps,
  consumers: readonly Consumer[],
  { consumer: name, tenant, aggregate, blockedAt, highestSeen = 0 }: Checkpoint,
  deadlineMs: number,
): Promise<boolean> {
  const consumer = consumers.find((candidate) => candidate.name === name)
  const facts = { consumer: name, tenant, aggregate: loggedAggregate(tenant, aggregate), blockedAt }
  if (!consumer) {
    deps.observer.error(
      'aggregate is blocked in an unknown consumer: remove its checkpoint or deploy the consumer',
      facts,
    )
    return false
  }
  try {
    await catchUp(deps, consumer, { tenant, aggregate }, highestSeen, deadlineMs)
    return true
  } catch (cause) {
    deps.observer.warn('aggregate could not catch up', { ...facts, cause })
    return false
  }
}
