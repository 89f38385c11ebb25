import * as z from 'zod'
import type { DomainEvent } from '../domain/event.ts'
import { type AggregateRef, aggregateTypes } from '../domain/ids.ts'
import { aggregateKey, seqKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Unconfirmed`: one event that every queue has accepted, and that not every subscriber is known to have handled. Written before the
 * event leaves the outbox, deleted when all have, never by TTL: so what a queue loses is not lost (docs/adr/0025).
 */
const table = 'Unconfirmed'

export const UnconfirmedEvent = z.object({
  tenant: z.string(),
  aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string() }),
  seq: z.int().positive(),
  publishedAt: z.iso.datetime(),
  /** The hash of the event, as its transaction stored it. Absent on events and rows of earlier versions. */
  hash: z.string().optional(),
})
export type UnconfirmedEvent = z.infer<typeof UnconfirmedEvent>

const keyOf = ({ tenant, aggregate, seq }: { tenant: string; aggregate: AggregateRef; seq: number }) => ({
  pk: aggregateKey(tenant, aggregate),
  sk: seqKey(seq),
})

export function putUnconfirmed({ tenant, aggregate, seq, hash }: DomainEvent, publishedAt: string): Write {
  const unconfirmed: UnconfirmedEvent = { tenant, aggregate, seq, publishedAt, ...(hash !== undefined && { hash }) }
  return { kind: 'put', table, row: { ...keyOf(unconfirmed), ...unconfirmed } }
}

/** Safe to repeat. An event that is published again meanwhile is confirmed again. */
export function confirmEvent(unconfirmed: UnconfirmedEvent): Write {
  return { kind: 'delete', table, key: keyOf(unconfirmed) }
}

/** Throws `ZodError` when the row is not an unconfirmed event. */
export function parseUnconfirmed(row: Row): UnconfirmedEvent {
  return UnconfirmedEvent.parse(row)
}

/** The unconfirmed events of one aggregate. */
export function unconfirmedQuery(tenant: string, aggregate: AggregateRef): Query {
  return { table, partition: aggregateKey(tenant, aggregate) }
}

/** Every unconfirmed event, in no order but that of each aggregate. */
export const everyUnconfirmed = { table } as const
