import * as z from 'zod'
import { stages } from '../domain/migration.ts'
import { absent } from './condition.ts'
import { type RowRead, seqKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Runs`: the ledger of maintenance, append-only and without TTL. A run begins, records each drift that it finds before it does anything
 * about it, records the outcome, and ends (docs/adr/0039). One partition per task; the rows belong to no tenant.
 */
const table = 'Runs'

const prefix = 'RUNS#'

const identity = {
  /** What runs, such as `reconcile` or `rebuild stats#2`. */
  task: z.string(),
  runId: z.string(),
  at: z.iso.datetime(),
}

/** What a run found of one kind, and its outcome. */
export const RunCounts = z.object({
  found: z.int().nonnegative(),
  healed: z.int().nonnegative(),
  handedOver: z.int().nonnegative(),
})
export type RunCounts = z.infer<typeof RunCounts>

const drift = { kind: z.string(), subject: z.string() }

export const RunEntry = z.discriminatedUnion('step', [
  z.object({
    ...identity,
    step: z.literal('begun'),
    by: z.enum(['schedule', 'command']),
    /** Every event that was recorded before this time was handled by all subscribers when the run began. */
    handledUpTo: z.iso.datetime().optional(),
  }),
  z.object({
    ...identity,
    step: z.literal('found'),
    ...drift,
    problem: z.string(),
    since: z.iso.datetime().optional(),
    /** What follows: the run heals it, or a person does this. */
    next: z.string(),
  }),
  z.object({
    ...identity,
    step: z.literal('restored'),
    /** The key of the restore record beside the digests: what was lost, from when to when. */
    record: z.string(),
  }),
  z.object({ ...identity, step: z.literal('healed'), ...drift, how: z.string() }),
  z.object({ ...identity, step: z.literal('not healed'), ...drift, why: z.string() }),
  /** A change of a migration's stage, in the transaction that makes it. */
  z.object({
    ...identity,
    step: z.literal('moved'),
    action: z.enum(['next', 'back', 'halt', 'resume']),
    operator: z.string(),
    from: z.enum(stages),
    to: z.enum(stages),
    reason: z.string().optional(),
  }),
  /** Everything is held from here on, in the transaction that makes it so. */
  z.object({ ...identity, step: z.literal('held'), operator: z.string(), reason: z.string(), revision: z.int() }),
  /** Everything is released, likewise. */
  z.object({ ...identity, step: z.literal('released'), operator: z.string(), revision: z.int() }),
  z.object({
    ...identity,
    step: z.literal('ended'),
    /** `stopped`: the next run goes on. `failed`: something could not be handled. */
    status: z.enum(['complete', 'stopped', 'failed']),
    handled: z.int().nonnegative(),
    counts: z.record(z.string(), RunCounts),
  }),
])
export type RunEntry = z.infer<typeof RunEntry>

type RunOf = Pick<RunEntry, 'task' | 'runId'>

const keyOf = ({ task, runId }: RunOf, startedAt: string, number: number) => ({
  pk: prefix + task,
  sk: `${startedAt}#${runId}#${seqKey(number)}`,
})

/** Appends entry `number` of its run. Repeated, it changes nothing. */
export function appendRun(entry: RunEntry, startedAt: string, number: number): Write {
  return { kind: 'put', table, row: { ...keyOf(entry, startedAt, number), ...entry }, when: absent }
}

/** Entry `number` of a run. */
export const runRow = (run: RunOf, startedAt: string, number: number): RowRead<RunEntry> => ({
  table,
  key: keyOf(run, startedAt, number),
  parse: parseRun,
})

/** Throws `ZodError` when the row is no entry of the ledger. */
export function parseRun({ pk: _, sk: __, ...row }: Row): RunEntry {
  return RunEntry.parse(row)
}

/** The entries of a task, newest first. */
export function runsQuery(task: string): Query {
  return { table, partition: prefix + task, descending: true }
}
