import type { DomainEvent } from '../../domain/event.ts'
import {
  advanceCheckpoint,
  blockCheckpoint,
  type Checkpoint,
  checkpointRow,
  initialCheckpoint,
  replaceCheckpoint,
} from '../../tables/checkpoints.ts'
import { readRow } from '../../tables/read-row.ts'
import { Retries } from '../../tables/retries.ts'
import type { Write } from '../../tables/store.ts'
import type { AggregateScope, Consumer, ConsumerDeps } from './consumer.ts'

/** How far a consumer has come with an aggregate. Throws `ZodError` on a row that is no checkpoint. */
export async function readCheckpoint(
  { store }: Pick<ConsumerDeps, 'store'>,
  { name }: Pick<Consumer, 'name'>,
  { tenant, aggregate }: AggregateScope,
): Promise<Checkpoint> {
  const stored = await readRow(store, checkpointRow(name, tenant, aggregate))
  return stored ?? initialCheckpoint(name, tenant, aggregate)
}

/**
 * One event's effect and the checkpoint, in one transaction. When anything of it has moved since it was read (another copy
 * of this consumer, another aggregate's event on the same row), or the answer was lost, the checkpoint tells whether to go
 * on or try again: the condition on it lets the effect happen once, however often it is sent. Returns the checkpoint as it
 * is afterwards.
 */
export async function applyNext(
  deps: ConsumerDeps,
  consumer: Consumer,
  before: Checkpoint,
  event: DomainEvent,
  deadlineMs: number,
): Promise<Checkpoint> {
  const retries = new Retries(deps.runtime, deadlineMs)
  let checkpoint = before
  do {
    const after = advanceCheckpoint(checkpoint)
    const effect = await consumer.effectOf(event)
    if (await written(deps, [replaceCheckpoint(checkpoint, after), ...effect])) {
      const { observer } = deps
      if (checkpoint.blockedAt !== undefined && after.blockedAt === undefined) observer.count('AggregatesUnblocked')
      return after
    }
    checkpoint = await readCheckpoint(deps, consumer, checkpoint)
    if (checkpoint.appliedSeq >= event.seq) return checkpoint
  } while (await retries.next())
  throw new Error(`event ${event.seq} could not be applied in time: its rows were in use`)
}

/**
 * Records that the next event can't be applied, and that `seenSeq` was shown meanwhile. Returns the checkpoint as it is
 * afterwards: not blocked there, when another copy has come further in the meantime.
 */
export async function block(
  deps: ConsumerDeps,
  consumer: Consumer,
  before: Checkpoint,
  seenSeq: number,
  deadlineMs: number,
): Promise<Checkpoint> {
  const { observer } = deps
  const retries = new Retries(deps.runtime, deadlineMs)
  let checkpoint = before
  do {
    const after = blockCheckpoint(checkpoint, seenSeq)
    if (checkpoint.highestSeen === after.highestSeen) return checkpoint
    if (await written(deps, [replaceCheckpoint(checkpoint, after)])) {
      const { tenant, aggregate, blockedAt, highestSeen } = after
      if (checkpoint.blockedAt === undefined) observer.count('AggregatesBlocked')
      const facts = { consumer: consumer.name, tenant, aggregate, blockedAt, highestSeen }
      observer.error('an aggregate is blocked: later events wait for this one', facts)
      return after
    }
    checkpoint = await readCheckpoint(deps, consumer, checkpoint)
    if (checkpoint.appliedSeq > before.appliedSeq) return checkpoint
  } while (await retries.next())
  throw new Error('the checkpoint could not be written in time: it was in use')
}

/** False when the transaction did not consumeMessage effect, or nobody knows: the checkpoint tells. */
async function written({ store, runtime, observer }: ConsumerDeps, writes: Write[]): Promise<boolean> {
  const { status } = await store.transactWrite(writes, runtime.newId())
  if (status !== 'committed') observer.count('ConsumerWritesRepeated')
  return status === 'committed'
}
