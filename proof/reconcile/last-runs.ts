import { parseRun, type RunEntry, runsQuery } from '../../tables/runs.ts'
import type { Store } from '../../tables/store.ts'

/** The newest entries of a task in the ledger of runs, oldest first. */
export async function lastRuns(store: Pick<Store, 'query'>, task: string, limit: number): Promise<RunEntry[]> {
  const { rows } = await store.query({ ...runsQuery(task), limit })
  return rows.map(parseRun).toReversed()
}
