import * as z from 'zod'
import { aggregateTypes, ConsumerName, UserId } from '../../domain/ids.ts'
import type { Checkpoint } from '../../tables/checkpoints.ts'

/** Users have the widest ids of all aggregates. */
const Aggregate = z.strictObject({ type: z.enum(aggregateTypes), id: UserId })

/** A consumer and an aggregate: of which checkpoint the tenant's list tells. */
export const CheckpointName = z.strictObject({ consumer: ConsumerName, aggregate: Aggregate })

const parts = z.tuple([ConsumerName, z.enum(aggregateTypes), UserId, z.int().positive()])

/** Names the event at which an aggregate is blocked in a consumer. It has no tenant: that is the caller's. */
export const BlockedId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,400}$/)
  .transform((id, context) => {
    const found = parts.safeParse(jsonOf(Buffer.from(id, 'base64url').toString()))
    if (!found.success) {
      context.addIssue('must be the `id` of a blocked aggregate')
      return z.NEVER
    }
    const [consumer, type, aggregateId, blockedAt] = found.data
    return { consumer, aggregate: { type, id: aggregateId }, blockedAt }
  })

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const BlockedAggregate = z
  .strictObject({
    id: z.string().meta({ description: 'Names this event in this subscriber: a redrive is asked for by it.' }),
    consumer: z.string().meta({ description: 'The subscriber in which it is blocked.' }),
    aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string() }),
    blockedAt: z.int().positive().meta({ description: 'The number of the event that could not be applied.' }),
    highestSeen: z.int().positive().meta({ description: 'Events up to this number wait behind it.' }),
  })
  .meta({
    id: 'BlockedAggregate',
    description: 'An aggregate whose next event a subscriber could not apply. It is tried again every few minutes.',
  })

export function toBlockedAggregate({ consumer, aggregate, blockedAt, highestSeen }: Checkpoint) {
  const id = Buffer.from(JSON.stringify([consumer, aggregate.type, aggregate.id, blockedAt])).toString('base64url')
  return { id, consumer, aggregate, blockedAt, highestSeen }
}
