import type { Stage } from '../../domain/migration.ts'
import type { MigrationState } from '../../tables/migrations.ts'
import type { Row } from '../../tables/store.ts'
import { type BackfillOptions, surveyBackfill } from '../backfill.ts'
import type { ConsumerDeps } from '../consume/consumer.ts'
import type { Migration } from './migration.ts'

export type Work = 'fill' | 'restore' | 'drop'

/** What must hold before a migration leaves a stage. */
export interface Gate {
  /** What is done with every row before the query. */
  work?: Work
  /** Whether every function must be at this stage before the query: what it finds clean must stay so. */
  everywhere?: true
  /** Whether only rows that were made since the stage settled show anything: while there is none, it waits for one, up to a time. */
  needsNewRow?: true
  /** The query: what is wrong with a row, as the predicate of a sentence; undefined for a row that is clean. */
  problem?: Problem
  /** What an operator does about rows that are not clean. */
  advice?: string
}

type Problem = (asked: {
  deps: ConsumerDeps
  migration: Migration
  row: Row
  state: MigrationState
}) => string | undefined | Promise<string | undefined>

const lacks =
  (form: 'old' | 'new'): Problem =>
  ({ migration, row }) =>
    migration.has(row, form) ? undefined : `lacks the ${form} form`

const isNew = (migration: Migration, row: Row, { settledAt }: MigrationState) => migration.createdAt(row) > settledAt

const lacksNew = {
  problem: lacks('new'),
  advice:
    'A version that does not know the migration has written them: deploy this one everywhere, go back to "backfill" and run the command again',
}

const forward: Readonly<Record<Stage, Gate>> = {
  expand: {},
  deploy: {
    everywhere: true,
    needsNewRow: true,
    problem: ({ migration, row, state }) =>
      isNew(migration, row, state) && !migration.has(row, 'new')
        ? 'is new and was written without the new form'
        : undefined,
    advice:
      'A version that does not know the migration still runs: deploy this one everywhere, go back to "expand" and begin again',
  },
  backfill: { work: 'fill', ...lacksNew },
  validate: {
    problem: ({ deps, migration, row }) => migration.problem(deps.store, row),
    advice:
      'Go back to "backfill", which makes the new form again from what it follows from; the old one is read until then',
  },
  'switch-reads': { everywhere: true, ...lacksNew },
  'stop-old-writes': { everywhere: true, ...lacksNew },
  contract: {
    work: 'drop',
    problem: ({ migration, row }) => (migration.has(row, 'old') ? 'still has the old form' : undefined),
    advice: 'Run the command again; rows that come back are written by an older version',
  },
}

const backward: Partial<Record<Stage, Gate>> = {
  'switch-reads': { work: 'restore', everywhere: true, problem: lacks('old'), advice: 'Run the command again' },
}

/** The gate between a stage and its neighbour. Going back is free, except to reading the old form, which rows must have again. */
export function gateOf(stage: Stage, action: 'next' | 'back'): Gate {
  return (action === 'next' ? forward : backward)[stage] ?? {}
}

export interface GateResult {
  /** Rows that were asked about. */
  checked: number
  unclean: number
  /** Rows among them that were made since the stage settled, if the gate needs one: 0 shows nothing. */
  newRows?: number
  /** A few of the rows that are not clean, each as a sentence. */
  examples: string[]
}

export const notAsked: GateResult = { checked: 0, unclean: 0, examples: [] }

const examplesMax = 3

/** Asks the gate's query of every row. Throws `Error` when it was stopped. */
export async function askGate(
  deps: ConsumerDeps,
  migration: Migration,
  { problem, needsNewRow }: Gate,
  state: MigrationState,
  options: Pick<BackfillOptions, 'chunkSize' | 'concurrency' | 'throttle' | 'signal'>,
): Promise<GateResult> {
  if (!problem) return notAsked
  const examples: string[] = []
  let newRows = 0
  const note = (row: Row, what: string) => {
    if (examples.length < examplesMax) examples.push(`${migration.nameOf(row)} ${what}`)
  }
  const query = {
    name: `gate of ${migration.name}`,
    ...migration.source,
    handle: async () => {},
    async isDone(row: Row) {
      try {
        if (isNew(migration, row, state)) newRows++
        const found = await problem({ deps, migration, row, state })
        if (found) note(row, found)
        return !found
      } catch (error) {
        note(row, `can't be judged: ${error instanceof Error ? error.message : String(error)}`)
        return false
      }
    },
  }
  const { wanted, left, complete } = await surveyBackfill(deps, query, options)
  if (!complete) throw new Error('the query of the gate was stopped: run the command again')
  return { checked: wanted, unclean: left, examples, ...(needsNewRow && { newRows }) }
}
