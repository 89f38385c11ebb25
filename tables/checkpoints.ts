import * as z from 'zod'
import { type AggregateRef, aggregateTypes } from '../domain/ids.ts'
import { absent, type Condition } from './condition.ts'
import { aggregateKey, type RowRead, tenantKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Receipts`: one consumer's checkpoint for one aggregate. It is written in the same transaction as the consumer's effect, so a message
 * that is delivered twice takes effect once. It has no TTL: SQS can redrive a message long after its first delivery.
 */
const table = 'Receipts'

const keyOf = (consumer: string, tenant: string, aggregate: AggregateRef) => ({
  pk: aggregateKey(tenant, aggregate),
  sk: `CONSUMER#${consumer}`,
})

const identity = {
  consumer: z.string(),
  tenant: z.string(),
  aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string() }),
  /** All events up to this number are applied; 0 for none. */
  appliedSeq: z.int().nonnegative(),
  /** How far the consumer has come with the next event, whose effect it applies in portions. Absent before the first and after the last. */
  position: z.string().optional(),
}

/**
 * A blocked aggregate has `blockedAt`, the number of the event that can't be applied (always `appliedSeq + 1`), and `highestSeen`, the
 * number up to which the consumer must catch up after a redrive.
 */
export const Checkpoint = z
  .union([
    z.object({ ...identity, blockedAt: z.int().positive(), highestSeen: z.int().positive() }),
    z.object({ ...identity, blockedAt: z.undefined().optional(), highestSeen: z.undefined().optional() }),
  ])
  .refine(({ appliedSeq, blockedAt }) => blockedAt === undefined || blockedAt === appliedSeq + 1, {
    message: 'blockedAt must be appliedSeq + 1',
  })
export type Checkpoint = z.infer<typeof Checkpoint>

export function checkpointRow(consumer: string, tenant: string, aggregate: AggregateRef): RowRead<Checkpoint> {
  return { table, key: keyOf(consumer, tenant, aggregate), parse: parseCheckpoint }
}

/** Throws `ZodError` when the row is not a checkpoint. */
export function parseCheckpoint(row: Row): Checkpoint {
  return Checkpoint.parse(row)
}

/** The checkpoint of a consumer that has applied no event of the aggregate. */
export function initialCheckpoint(consumer: string, tenant: string, aggregate: AggregateRef): Checkpoint {
  return { consumer, tenant, aggregate, appliedSeq: 0 }
}

/** The checkpoint after the next event was applied. A blocked aggregate stays blocked until the consumer has caught up to `highestSeen`. */
export function advanceCheckpoint({ consumer, tenant, aggregate, appliedSeq, highestSeen }: Checkpoint): Checkpoint {
  const applied = { consumer, tenant, aggregate, appliedSeq: appliedSeq + 1 }
  if (highestSeen === undefined || highestSeen <= applied.appliedSeq) return applied
  return { ...applied, blockedAt: applied.appliedSeq + 1, highestSeen }
}

/** The checkpoint after a portion of the next event's effect. */
export function advancePosition(checkpoint: Checkpoint, position: string): Checkpoint {
  return { ...checkpoint, position }
}

/** The checkpoint that blocks the aggregate at its next event, after the consumer has seen event `seenSeq`. */
export function blockCheckpoint(checkpoint: Checkpoint, seenSeq: number): Checkpoint {
  const blockedAt = checkpoint.appliedSeq + 1
  return { ...checkpoint, blockedAt, highestSeen: Math.max(checkpoint.highestSeen ?? 0, blockedAt, seenSeq) }
}

/**
 * The checkpoint of a subscriber that needs no order after it has failed with event `seq`: blocked there, or where it was blocked before
 * that. What lies between may have been handled; it is handled again.
 */
export function blockCheckpointAt(checkpoint: Checkpoint, seq: number): Checkpoint {
  const blockedAt = Math.min(checkpoint.blockedAt ?? seq, seq)
  const highestSeen = Math.max(checkpoint.highestSeen ?? seq, seq)
  return { ...checkpoint, appliedSeq: blockedAt - 1, blockedAt, highestSeen }
}

/**
 * Replaces a checkpoint, provided it has not changed since it was read: of two concurrent copies of a consumer one wins, the other reads
 * again. Without the condition on `highestSeen`, one copy could acknowledge an event unapplied while the other unblocks; without that on
 * `position`, one copy could set the other back.
 */
export function replaceCheckpoint(before: Checkpoint, after: Checkpoint): Write {
  const { consumer, tenant, aggregate } = after
  const blocked = after.blockedAt !== undefined && blockedKey(tenant, aggregate)
  const row = { ...keyOf(consumer, tenant, aggregate), ...after, ...blocked }
  return { kind: 'put', table, row, when: unchanged(before) }
}

/** The aggregates of a tenant that are blocked, in one consumer or in any; the index may not know the last ones yet. */
export function blockedQuery(tenant: string, consumer?: string): Query {
  const filter: Condition | undefined = consumer === undefined ? undefined : { attribute: 'consumer', equals: consumer }
  return { table, index: 'blocked', partition: tenantKey(tenant, 'BLOCKED'), ...(filter && { filter }) }
}

/** Exclusive start key for the page of {@link blockedQuery} after this checkpoint. */
export function blockedPosition(tenant: string, { consumer, aggregate }: Pick<Checkpoint, 'consumer' | 'aggregate'>) {
  return { ...keyOf(consumer, tenant, aggregate), ...blockedKey(tenant, aggregate) }
}

function blockedKey(tenant: string, aggregate: AggregateRef) {
  return { blockedPk: tenantKey(tenant, 'BLOCKED'), blockedSk: aggregateKey(tenant, aggregate) }
}

/** All tenants' blocked aggregates, in no order; the index may not know the last ones yet. */
export const everyBlockedCheckpoint = { table, index: 'blocked' } as const

function unchanged({ appliedSeq, blockedAt, highestSeen, position }: Checkpoint): Condition {
  const isBlocked = blockedAt !== undefined && highestSeen !== undefined
  if (appliedSeq === 0 && position === undefined && !isBlocked) return absent
  return {
    all: [
      { attribute: 'appliedSeq', equals: appliedSeq },
      isBlocked ? { attribute: 'highestSeen', equals: highestSeen } : { attribute: 'blockedAt', is: 'absent' },
      position === undefined ? { attribute: 'position', is: 'absent' } : { attribute: 'position', equals: position },
    ],
  }
}
