import * as z from 'zod'
import { type AggregateRef, aggregateTypes } from '../domain/ids.ts'
import { absent, type Condition } from './condition.ts'
import { aggregateKey, type RowRead, tenantKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * `Receipts`: how far one consumer has come with one aggregate. Kept for good, and written in one transaction with the
 * consumer's effect: what makes a message that comes twice take effect once.
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
  /** Every event up to this number has taken effect; 0 for none yet. */
  appliedSeq: z.int().nonnegative(),
}

/**
 * Blocked: `blockedAt` is the event that can't be applied, always `appliedSeq + 1`; `highestSeen` how far to catch up
 * once it can.
 */
export const Checkpoint = z
  .union([
    z.object({ ...identity, blockedAt: z.int().positive(), highestSeen: z.int().positive() }),
    z.object({ ...identity, blockedAt: z.undefined().optional(), highestSeen: z.undefined().optional() }),
  ])
  .refine(({ appliedSeq, blockedAt }) => blockedAt === undefined || blockedAt === appliedSeq + 1, {
    message: 'is blocked at an event that is not the next one',
  })
export type Checkpoint = z.infer<typeof Checkpoint>

export function checkpointRow(consumer: string, tenant: string, aggregate: AggregateRef): RowRead<Checkpoint> {
  return { table, key: keyOf(consumer, tenant, aggregate), parse: parseCheckpoint }
}

/** Throws `ZodError` on a row that is no checkpoint. */
export function parseCheckpoint(row: Row): Checkpoint {
  return Checkpoint.parse(row)
}

/** A consumer that has seen nothing of an aggregate. */
export function initialCheckpoint(consumer: string, tenant: string, aggregate: AggregateRef): Checkpoint {
  return { consumer, tenant, aggregate, appliedSeq: 0 }
}

/**
 * After the next event took effect. A blocked consumer unblocks only when it has caught up with all that it was shown
 * meanwhile.
 */
export function advanceCheckpoint({ consumer, tenant, aggregate, appliedSeq, highestSeen }: Checkpoint): Checkpoint {
  const applied = { consumer, tenant, aggregate, appliedSeq: appliedSeq + 1 }
  if (highestSeen === undefined || highestSeen <= applied.appliedSeq) return applied
  return { ...applied, blockedAt: applied.appliedSeq + 1, highestSeen }
}

/** The next event can't be applied, or one after it was shown meanwhile. */
export function blockCheckpoint(checkpoint: Checkpoint, seenSeq: number): Checkpoint {
  const blockedAt = checkpoint.appliedSeq + 1
  return { ...checkpoint, blockedAt, highestSeen: Math.max(checkpoint.highestSeen ?? 0, blockedAt, seenSeq) }
}

/**
 * Keeps a checkpoint, if it still is what it was when it was read; of two copies of a consumer one wins and the other
 * reads again. Without the condition on `highestSeen` an event could be acknowledged unapplied just as another copy
 * unblocks.
 */
export function replaceCheckpoint(before: Checkpoint, after: Checkpoint): Write {
  const { consumer, tenant, aggregate } = after
  const blocked = after.blockedAt !== undefined && {
    blockedPk: tenantKey(tenant, 'BLOCKED'),
    blockedSk: aggregateKey(tenant, aggregate),
  }
  const row = { ...keyOf(consumer, tenant, aggregate), ...after, ...blocked }
  return { kind: 'put', table, row, when: unchanged(before) }
}

/** All tenants' blocked aggregates, in no order; the index may not know the last ones yet. */
export const everyBlockedCheckpoint = { table, index: 'blocked' } as const

function unchanged({ appliedSeq, blockedAt, highestSeen }: Checkpoint): Condition {
  if (blockedAt !== undefined && highestSeen !== undefined) {
    return {
      all: [
        { attribute: 'appliedSeq', equals: appliedSeq },
        { attribute: 'highestSeen', equals: highestSeen },
      ],
    }
  }
  const unblocked: Condition = {
    all: [
      { attribute: 'appliedSeq', equals: appliedSeq },
      { attribute: 'blockedAt', is: 'absent' },
    ],
  }
  return appliedSeq === 0 ? absent : unblocked
}
