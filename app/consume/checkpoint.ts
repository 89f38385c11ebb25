import type { DomainEvent } from '../../domain/event.ts'
import {
  advanceCheckpoint,
  advancePosition,
  blockCheckpoint,
  type Checkpoint,
  checkpointRow,
  initialCheckpoint,
  replaceCheckpoint,
} from '../../tables/checkpoints.ts'
import { readRow } from '../../tables/read-row.ts'
import { Retries } from '../../tables/retries.ts'
import { requireSnapshot } from '../../tables/snapshot.ts'
import type { Write } from '../../tables/store.ts'
import { loggedAggregate } from '../logged-aggregate.ts'
import type { AggregateScope, Consumer, ConsumerDeps } from './consumer.ts'

/** The consumer's checkpoint for an aggregate. Throws `ZodError` when the stored row is not a checkpoint. */
export async function readCheckpoint(
  { store }: Pick<ConsumerDeps, 'store'>,
  { name }: Pick<Consumer, 'name'>,
  { tenant, aggregate }: AggregateScope,
): Promise<Checkpoint> {
  const stored = await readRow(store, checkpointRow(name, tenant, aggregate))
  return stored ?? initialCheckpoint(name, tenant, aggregate)
}

/**
 * The checkpoint at a moment when no transaction of it is being applied: what was written beside it shows in plain reads from then on,
 * where a plain read of the checkpoint may be ahead of its other rows (docs/adr/0053). Throws `Error` at the deadline (epoch
 * milliseconds).
 */
export async function readAppliedCheckpoint(
  { store, runtime }: Pick<ConsumerDeps, 'store' | 'runtime'>,
  { name }: Pick<Consumer, 'name'>,
  { tenant, aggregate }: AggregateScope,
  deadlineMs: number,
): Promise<Checkpoint> {
  const reads = { checkpoint: checkpointRow(name, tenant, aggregate) }
  const { checkpoint } = await requireSnapshot(store, new Retries(runtime, deadlineMs), reads)
  return checkpoint ?? initialCheckpoint(name, tenant, aggregate)
}

/**
 * Commits one event's effect, or one portion of it, and the advanced checkpoint in one transaction. The transaction fails when
 * any of its rows has changed since it was read (by a concurrent copy of this consumer, or by another aggregate's event), and
 * its outcome may be unknown. Either way the checkpoint tells whether to try again: the condition on it makes the effect happen
 * once, however often it is sent.
 *
 * Returns the checkpoint as stored: with a `position` while portions of the event are left. Throws `Error` at the deadline, and whatever
 * the consumer throws.
 */
export async function applyEvent(
  deps: ConsumerDeps,
  consumer: Consumer,
  before: Checkpoint,
  event: DomainEvent,
  deadlineMs: number,
): Promise<Checkpoint> {
  const { runtime, observer } = deps
  const retries = new Retries(runtime, deadlineMs)
  let checkpoint = before
  do {
    const effect = await consumer.handle(event, { position: checkpoint.position, deadlineMs })
    const isPortion = 'position' in effect
    const after = isPortion ? advancePosition(checkpoint, effect.position) : advanceCheckpoint(checkpoint)
    const writes = isPortion ? effect.writes : effect
    if (await isCommitted(deps, [replaceCheckpoint(checkpoint, after), ...writes])) {
      if (checkpoint.blockedAt !== undefined && after.blockedAt === undefined) observer.count('AggregatesUnblocked')
      return after
    }
    checkpoint = await readAppliedCheckpoint(deps, consumer, checkpoint, deadlineMs)
    if (checkpoint.appliedSeq >= event.seq || checkpoint.position !== before.position) return checkpoint
  } while (await retries.next())
  throw new Error(`event ${event.seq} could not be applied in time, as other transactions kept changing its rows`)
}

/**
 * Blocks the aggregate at the event after the checkpoint, and records that the consumer has seen event `seenSeq`.
 *
 * Returns the checkpoint as stored: not blocked there if a concurrent copy has applied that event. Throws `Error` at the deadline.
 */
export async function blockAggregate(
  deps: ConsumerDeps,
  consumer: Consumer,
  before: Checkpoint,
  seenSeq: number,
  deadlineMs: number,
): Promise<Checkpoint> {
  const { runtime, observer } = deps
  const retries = new Retries(runtime, deadlineMs)
  let checkpoint = before
  do {
    const after = blockCheckpoint(checkpoint, seenSeq)
    if (checkpoint.highestSeen === after.highestSeen) return checkpoint
    if (await isCommitted(deps, [replaceCheckpoint(checkpoint, after)])) {
      const { tenant, aggregate, blockedAt, highestSeen } = after
      if (checkpoint.blockedAt === undefined) observer.count('AggregatesBlocked')
      const facts = {
        consumer: consumer.name,
        tenant,
        aggregate: loggedAggregate(tenant, aggregate),
        blockedAt,
        highestSeen,
      }
      observer.error('aggregate blocked: its later events wait until this one is applied', facts)
      return after
    }
    checkpoint = await readAppliedCheckpoint(deps, consumer, checkpoint, deadlineMs)
    if (checkpoint.appliedSeq > before.appliedSeq) return checkpoint
  } while (await retries.next())
  throw new Error('the checkpoint could not be written in time, as other transactions kept changing it')
}

/** False also when the outcome is unknown: the checkpoint tells. */
async function isCommitted({ store, runtime, observer }: ConsumerDeps, writes: Write[]): Promise<boolean> {
  const { status } = await store.transactWrite(writes, runtime.newId())
  if (status !== 'committed') observer.count('ConsumerWritesRepeated')
  return status === 'committed'
}
