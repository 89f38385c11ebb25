import * as z from 'zod'
import { type AggregateRef, aggregateTypes } from '../domain/ids.ts'
import type { ViewGeneration } from '../domain/view-catalog.ts'
import { absent, type Condition } from './condition.ts'
import { aggregateKey, type RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * `Views`: up to which event of one aggregate each generation of each read model is projected. It is written in the same transaction as
 * the views. A version of the code that does not know it leaves it unchanged, and what that version applies is caught up later.
 */
const table = 'Views'

const keyOf = (tenant: string, aggregate: AggregateRef) => ({ pk: aggregateKey(tenant, aggregate), sk: sortKey })
const sortKey = 'PROJECTIONS'

export const Projections = z.object({
  tenant: z.string(),
  aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string() }),
  /** Counts the changes; 0 before the first. */
  revision: z.int().nonnegative(),
  /** Numbers by generation, see {@link generationKey}. A generation that is missing reflects no event. */
  seqs: z.record(z.string(), z.int().nonnegative()),
})
export type Projections = z.infer<typeof Projections>

/** `stats@2`. */
export function generationKey({ view, generation }: ViewGeneration): string {
  return `${view}@${generation}`
}

export function projectionsRow(tenant: string, aggregate: AggregateRef): RowRead<Projections> {
  return { table, key: keyOf(tenant, aggregate), parse: parseProjections }
}

/** Throws `ZodError` when the row is of another kind. */
export function parseProjections(row: Row): Projections {
  return Projections.parse(row)
}

export function isProjections({ sk }: Row): boolean {
  return sk === sortKey
}

export function noProjections(tenant: string, aggregate: AggregateRef): Projections {
  return { tenant, aggregate, revision: 0, seqs: {} }
}

/** Stores other sequence numbers, provided that nobody has changed them since they were read. */
export function replaceProjections(read: Projections, seqs: Projections['seqs']): Write {
  const { tenant, aggregate, revision } = read
  const row = { ...keyOf(tenant, aggregate), tenant, aggregate, revision: revision + 1, seqs }
  return { kind: 'put', table, row, when: unchanged(read) }
}

/** Asserts that nobody has changed them since they were read. */
export function checkProjections(read: Projections): Write {
  return { kind: 'check', table, key: keyOf(read.tenant, read.aggregate), when: unchanged(read) }
}

function unchanged({ revision }: Projections): Condition {
  return revision === 0 ? absent : { attribute: 'revision', equals: revision }
}
