import * as z from 'zod'
import { aggregateTypes, ConsumerName, ResourceId, UserId } from './ids.ts'

/** One request that a consumer try again the event at which it could not go on. It is an aggregate of its own, with this one event. */
export const Redrive = z.strictObject({
  id: ResourceId,
  consumer: ConsumerName,
  /** Users have the widest ids of all aggregates. */
  aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: UserId }),
  blockedAt: z.int().positive(),
  requestedBy: UserId,
  requestedAt: z.iso.datetime(),
  version: z.int().positive(),
  eventHash: z.string().optional(),
})
export type Redrive = z.infer<typeof Redrive>
