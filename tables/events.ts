import { DomainEvent } from '../domain/event.ts'
import type { AggregateRef } from '../domain/ids.ts'
import { absent } from './condition.ts'
import { aggregateKey, type RowRead, seqKey } from './keys.ts'
import { queryRows } from './query-rows.ts'
import type { Query, Row, Store, Write } from './store.ts'

/**
 * `Events`: one committed command per row, append-only. No IAM role may update or delete rows, and the writer's
 * condition prevents overwriting.
 */
const table = 'Events'

const keyOf = (tenant: string, aggregate: AggregateRef, seq: number) => ({
  pk: aggregateKey(tenant, aggregate),
  sk: seqKey(seq),
})

export function appendEvent(event: DomainEvent): Write {
  return { kind: 'put', table, row: { ...keyOf(event.tenant, event.aggregate, event.seq), ...event }, when: absent }
}

export function eventRow(tenant: string, aggregate: AggregateRef, seq: number): RowRead<DomainEvent> {
  return { table, key: keyOf(tenant, aggregate, seq), parse: parseEvent }
}

/** An aggregate's events in order: all of them, or those with `from <= seq <= to`. */
export function eventsQuery(tenant: string, aggregate: AggregateRef, range?: { from: number; to: number }): Query {
  const partition = aggregateKey(tenant, aggregate)
  if (!range) return { table, partition }
  return { table, partition, sort: { from: seqKey(range.from), to: seqKey(range.to) } }
}

/** Throws `ZodError` when the row is not an event. */
export function parseEvent({ pk: _, sk: __, ...row }: Row): DomainEvent {
  return DomainEvent.parse(row)
}

/**
 * Reads all pages of an aggregate's history, or of a part of it. Without a range the cost grows with the history, so nothing that runs
 * per message may do that.
 */
export async function readEvents(
  store: Store,
  tenant: string,
  aggregate: AggregateRef,
  range?: { from: number; to: number },
): Promise<DomainEvent[]> {
  return (await queryRows(store, eventsQuery(tenant, aggregate, range))).map(parseEvent)
}
