import { reconcileTask } from '../../app/reconcile/reconcile.ts'
import { restoreTask } from '../../app/restore/repair.ts'
import { readCatalog } from '../../app/views/catalog.ts'
import { generationsOf, type ViewName, viewNames } from '../../domain/view-catalog.ts'
import { generationKey } from '../../tables/projections.ts'
import { parseRun, type RunEntry, runsQuery } from '../../tables/runs.ts'
import type { Store } from '../../tables/store.ts'
import type { State } from './judge.ts'
import { revisionOf, type Version } from './version.ts'

/** What the ledger of a stack (`Runs`) says about one kind of maintenance. */
export interface StackLine {
  name: string
  state: State
  says: string
}

type Ended = Extract<RunEntry, { step: 'ended' }>

/** Reconciliation runs every hour: three that are missing are an alarm, two are no longer fresh. */
const reconciledWithinMs = 2 * 3_600_000

/** A run has an entry per drift; so many are looked through for the last run that has ended. */
const entriesMax = 1_000

/** Reads when stored data was last reconciled, each read model last rebuilt, and the stack last restored. */
export async function readStackRuns(store: Pick<Store, 'get' | 'query'>, nowMs: number): Promise<StackLine[]> {
  const { catalog } = await readCatalog(store)
  const rebuilds = viewNames.map(async (view) => {
    const { live } = generationsOf(catalog, view)
    return rebuildLine(view, live, await lastEnd(store, `rebuild ${generationKey({ view, generation: live })}`))
  })
  return [
    reconcileLine(await lastEnd(store, reconcileTask), nowMs),
    ...(await Promise.all(rebuilds)),
    ...restoreLines(await newestFirst(store, restoreTask)),
  ]
}

/**
 * Whether the stack runs the version that the sheet is about. A stack of this machine without a revision runs the sources
 * of this folder, and has no line.
 */
export function revisionLines(
  { outputs, edgeUrl }: { outputs: Record<string, string>; edgeUrl: string | undefined },
  version: Version,
): StackLine[] {
  const { Revision: deployed } = outputs
  if (deployed === undefined && edgeUrl !== undefined) return []
  const name = 'deployed version'
  if (deployed === undefined) return [{ name, state: 'unrun', says: 'its outputs name none: deploy it again' }]
  const here = revisionOf(version)
  if (deployed === here && !version.changed) return [{ name, state: 'proven', says: `${deployed}, as on this sheet` }]
  return [{ name, state: 'stale', says: `${deployed}, and this sheet is about ${here ?? 'an unknown version'}` }]
}

export function reconcileLine(ended: Ended | undefined, nowMs: number): StackLine {
  const name = 'reconciliation'
  if (!ended) return { name, state: 'unrun', says: 'no run has ended yet' }
  const { at, status, counts, handled } = ended
  const left = Object.values(counts).reduce((sum, { found, healed }) => sum + found - healed, 0)
  const says = `${status} at ${at}: ${handled} rows, ${left} drifts left`
  if (status === 'failed' || left > 0) return { name, state: 'failed', says }
  if (nowMs - Date.parse(at) > reconciledWithinMs) return { name, state: 'stale', says }
  return { name, state: status === 'complete' ? 'proven' : 'partly', says }
}

export function rebuildLine(view: ViewName, live: number, ended: Ended | undefined): StackLine {
  const name = `rebuild of ${view}`
  if (!ended) return { name, state: 'unrun', says: `generation ${live} is live, and was not made by a rebuild` }
  const says = `${ended.status} at ${ended.at}: generation ${live} is live`
  return { name, state: ended.status === 'complete' ? 'proven' : 'failed', says }
}

/** A stack that was never restored has no line; one whose restore has no end may be whole, but nobody has said so. */
export function restoreLines([newest]: readonly RunEntry[]): StackLine[] {
  if (!newest) return []
  const isWhole = newest.step === 'ended' && newest.status === 'complete'
  const says = isWhole ? `complete at ${newest.at}` : `begun, and not ended by ${newest.at}`
  return [{ name: 'restore', state: isWhole ? 'proven' : 'failed', says }]
}

/** The end of the last run that has ended. */
async function lastEnd(store: Pick<Store, 'query'>, task: string): Promise<Ended | undefined> {
  return (await newestFirst(store, task)).find((entry) => entry.step === 'ended')
}

async function newestFirst(store: Pick<Store, 'query'>, task: string): Promise<RunEntry[]> {
  const { rows } = await store.query({ ...runsQuery(task), limit: entriesMax })
  return rows.map(parseRun)
}
