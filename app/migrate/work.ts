import type { Row, Write } from '../../tables/store.ts'
import { type Backfill, type BackfillOptions, backfill } from '../backfill.ts'
import type { ConsumerDeps } from '../consume/consumer.ts'
import { recordRun } from '../recorded-run.ts'
import { taskOf } from './change-stage.ts'
import type { Work } from './gates.ts'
import type { Migration } from './migration.ts'

export interface WorkOptions extends Pick<BackfillOptions, 'chunkSize' | 'concurrency' | 'throttle' | 'signal'> {
  onWork?: (progress: { work: Work; pass: number; rows: number }) => void
}

export interface Worked {
  status: 'complete' | 'stopped' | 'failed'
  /** Rows that were looked at, in all passes. */
  rows: number
  /** Why it stopped, if a change of the stage stopped it. */
  why?: string
}

/** A row that a command writes meanwhile is read again so often, then left to the next pass. */
const conflictsMax = 5
/** A command that read a row before it was filled may write it back without the new form: the next pass finds that. */
const passesMax = 10

/**
 * Gives or takes a form of every row, pass by pass until one finds nothing to do. `stopReason` is asked between chunks, so that another
 * terminal can halt it. Killed, it goes on at the next run, which is in the ledger as this one is.
 */
export async function doWork(
  deps: ConsumerDeps,
  migration: Migration,
  work: Work,
  stopReason: () => Promise<string | undefined>,
  { onWork, throttle, signal, ...options }: WorkOptions,
): Promise<Worked> {
  const stop = new AbortController()
  let why: string | undefined
  const betweenChunks = {
    async wait() {
      await throttle?.wait()
      why = await stopReason()
      if (why !== undefined) stop.abort()
    },
  }
  let rows = 0
  const passes = async (): Promise<Worked['status']> => {
    for (let pass = 1; pass <= passesMax; pass++) {
      let changed = 0
      const result = await backfill(
        deps,
        sourceOf(deps, migration, work, () => changed++),
        {
          ...options,
          throttle: betweenChunks,
          signal: signal ? AbortSignal.any([stop.signal, signal]) : stop.signal,
          onProgress: ({ handled }) => onWork?.({ work, pass, rows: rows + handled }),
        },
      )
      rows += result.handled
      if (!result.complete) return 'stopped'
      if (result.failed > 0) return 'failed'
      // A pass that went on behind an earlier run's has not seen what that run left behind.
      if (changed === 0 && !result.resumed) return 'complete'
    }
    return 'complete'
  }
  const status = await recordRun(deps, taskOf(migration.name), passes, (status) => ({ handled: rows, status }))
  return { status, rows, ...(why !== undefined && { why }) }
}

function sourceOf({ store }: ConsumerDeps, migration: Migration, work: Work, onChanged: () => void): Backfill {
  const make = async (row: Row): Promise<Write | undefined> =>
    work === 'fill' ? migration.fill(store, row) : migration[work](row)
  const { table } = migration.source
  return {
    name: `${taskOf(migration.name)} ${work}`,
    ...migration.source,
    async handle(row) {
      let current: Row | undefined = row
      for (let attempt = 0; current && attempt < conflictsMax; attempt++) {
        const write = await make(current)
        if (!write) return
        onChanged()
        if ((await store.write(write)).status === 'done') return
        const { pk, sk } = current
        current = await store.get({ table, key: { pk: String(pk), ...(sk !== undefined && { sk: String(sk) }) } })
      }
    },
  }
}
