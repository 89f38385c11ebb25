import * as z from 'zod'
import { stages } from '../domain/migration.ts'
import { absent } from './condition.ts'
import type { RowRead } from './keys.ts'
import type { Write } from './store.ts'

/**
 * `Tickets`: the one row that says at which stage each migration stands (docs/adr/0043). It belongs to no tenant. It is in the table whose
 * rows migrate, so that a backup has the stage that its rows are in.
 */
const table = 'Tickets'

const key = { pk: 'MIGRATIONS', sk: 'STAGES' }

const change = { by: z.string(), at: z.iso.datetime() }

export const MigrationState = z.object({
  stage: z.enum(stages),
  /** The furthest stage that it was ever at. */
  reached: z.enum(stages),
  /** Who moved it here, and when. */
  moved: z.object(change),
  /** The time from which nothing is written as a stage before said, by whichever way it came here. */
  settledAt: z.iso.datetime(),
  /** Present while it is halted: nothing is filled, and no next stage begins. */
  halted: z.object({ ...change, why: z.string() }).optional(),
})
export type MigrationState = z.infer<typeof MigrationState>

/** It may name migrations that only a later version has: they stay as they are. */
export const StoredStages = z.object({
  /** Counts the changes. */
  revision: z.int().positive(),
  /** Names the last change, so that its writer knows its own after a lost answer. */
  changeId: z.string(),
  migrations: z.record(z.string(), MigrationState),
})
export type StoredStages = z.infer<typeof StoredStages>

export const stagesRow: RowRead<StoredStages> = { table, key, parse: (row) => StoredStages.parse(row) }

export function isStages({ pk }: { pk?: unknown }): boolean {
  return pk === key.pk
}

/** Replaces the row with the revision before, which must be absent for the first. */
export function putStages(stages: StoredStages): Write {
  const { revision } = stages
  const when = revision === 1 ? absent : ({ attribute: 'revision', equals: revision - 1 } as const)
  return { kind: 'put', table, row: { ...key, ...stages }, when }
}
