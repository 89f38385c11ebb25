import * as z from 'zod'
import { StackHold } from '../domain/hold.ts'
import { absent } from './condition.ts'
import type { RowRead } from './keys.ts'
import { holdsRow } from './settings.ts'
import type { Write } from './store.ts'

/**
 * `Tickets`: the one row that says whether everything is held (docs/adr/0061). It belongs to no tenant. It is in the table that every step
 * which calls outside can read, so that it comes with the tenant's own holds in one request.
 */
const table = 'Tickets'

const key = { pk: 'HOLDS', sk: 'EVERYTHING' }

export const StoredStackHold = z.object({
  /** Counts the changes. */
  revision: z.int().positive(),
  /** Names the last change: its run in `Runs`, and so its writer knows its own after a lost answer. */
  changeId: z.string(),
  /** Absent while everything is released. */
  hold: StackHold.optional(),
})
export type StoredStackHold = z.infer<typeof StoredStackHold>

/** Absent while nobody has ever held everything. */
export const stackHoldRow: RowRead<StoredStackHold> = { table, key, parse: (row) => StoredStackHold.parse(row) }

/** All that can keep a saga of the tenant from calling something. */
export const holdsInForce = (tenant: string) => ({ everything: stackHoldRow, own: holdsRow(tenant) })

export function isStackHold({ pk }: { pk?: unknown }): boolean {
  return pk === key.pk
}

/** Replaces the row with the revision before, which must be absent for the first. */
export function putStackHold(stored: StoredStackHold): Write {
  const { revision } = stored
  const when = revision === 1 ? absent : ({ attribute: 'revision', equals: revision - 1 } as const)
  return { kind: 'put', table, row: { ...key, ...stored }, when }
}
