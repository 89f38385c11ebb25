import { minuteMs } from '../../domain/durations.ts'
import {
  beginRebuild,
  generationsOf,
  rollBack,
  switchToBuilt,
  type ViewGeneration,
  type ViewName,
} from '../../domain/view-catalog.ts'
import { parseCheckpoint } from '../../tables/checkpoints.ts'
import { generationKey } from '../../tables/projections.ts'
import { type BackfillOptions, backfill } from '../backfill.ts'
import type { ConsumerDeps } from '../consume/consumer.ts'
import { projectViewsName } from '../consumers/project-views.ts'
import { recordRun } from '../recorded-run.ts'
import { catalogAgeMsMax, catalogHoldsAfterMs, changeCatalog, readCatalog } from './catalog.ts'
import { catchUpGeneration } from './catch-up-generation.ts'
import { projections } from './projections.ts'

export type RebuildStep =
  | { step: 'filling'; pass: number; aggregates: number; events: number }
  /** Waits until no function can still project by the previous catalog. */
  | { step: 'waiting'; untilMs: number }

export interface Rebuilt {
  generation: number
  /** Aggregates and events that this run has projected; an earlier run may have done a part. */
  aggregates: number
  events: number
  /**
   * `stopped`: the next run goes on. `failed`: some aggregates could not be projected, and are logged. `cancelled`: the generation was
   * given up meanwhile, and the rest is not projected.
   */
  status: 'filled' | 'stopped' | 'failed' | 'cancelled'
}

export interface RebuildOptions extends Pick<BackfillOptions, 'concurrency' | 'throttle' | 'signal'> {
  onProgress?: (step: RebuildStep) => void
}

/** One aggregate may have thousands of events: then it takes several passes. */
const aggregateMsMax = minuteMs

/**
 * Fills a new generation of a read model from `Events` beside the live one, while traffic goes on. It sends nothing anywhere: a projection
 * has no effect but its rows. It can be killed at any moment; the next run goes on. When it has `filled`, every aggregate is in step.
 */
export async function fillGeneration(
  deps: ConsumerDeps,
  view: ViewName,
  options: RebuildOptions = {},
): Promise<Rebuilt> {
  const building = await begin(deps, view)
  const task = `rebuild ${generationKey({ view, generation: building.generation })}`
  return recordRun(
    deps,
    task,
    () => fill(deps, { view, ...building }, task, options),
    ({ aggregates, status }) => ({ handled: aggregates, status: ledgerStatus[status] }),
  )
}

const ledgerStatus = { filled: 'complete', stopped: 'stopped', failed: 'failed', cancelled: 'stopped' } as const

async function fill(
  deps: ConsumerDeps,
  { view, generation, since }: ViewGeneration & { since: string },
  name: string,
  options: RebuildOptions,
): Promise<Rebuilt> {
  const { runtime } = deps
  const result: Rebuilt = { generation, aggregates: 0, events: 0, status: 'filled' }
  const catalogHoldsAtMs = Date.parse(since) + catalogHoldsAfterMs
  const isBuilding = buildingCheck(deps, { view, generation })
  const cancelled = new AbortController()
  const signal = AbortSignal.any([cancelled.signal, ...(options.signal ? [options.signal] : [])])
  for (let pass = 1; ; pass++) {
    const catalogHolds = runtime.now() >= catalogHoldsAtMs
    const eventsBefore = result.events
    const filled = await backfill(
      deps,
      {
        name,
        table: 'Receipts',
        isWanted: ({ consumer, aggregate }) =>
          consumer === projectViewsName &&
          projections[view].aggregates.some((type) => type === (aggregate as { type?: unknown })?.type),
        async handle(row) {
          if (!(await isBuilding())) return cancelled.abort()
          const deadlineMs = runtime.now() + aggregateMsMax
          // One that is not in step by then has made progress, so another pass follows.
          const caughtUp = await catchUpGeneration(deps, { view, generation }, parseCheckpoint(row), deadlineMs)
          result.events += caughtUp.events
        },
      },
      {
        ...options,
        signal,
        onProgress: ({ handled }) =>
          options.onProgress?.({
            step: 'filling',
            pass,
            aggregates: result.aggregates + handled,
            events: result.events,
          }),
      },
    )
    if (cancelled.signal.aborted) return { ...result, status: 'cancelled' }
    if (pass === 1) result.aggregates += filled.handled
    if (!filled.complete) return { ...result, status: 'stopped' }
    if (filled.failed > 0) return { ...result, status: 'failed' }
    // A pass that went on behind an earlier run's has not seen what that run left behind.
    if (catalogHolds && !filled.resumed && result.events === eventsBefore) return result
    if (!catalogHolds) {
      options.onProgress?.({ step: 'waiting', untilMs: catalogHoldsAtMs })
      await runtime.sleep(Math.max(0, catalogHoldsAtMs - runtime.now()))
    }
  }
}

/** Whether the generation is still being built, as of a second ago at most. */
function buildingCheck({ store, runtime }: ConsumerDeps, { view, generation }: ViewGeneration) {
  let readAtMs = Number.NEGATIVE_INFINITY
  let isBuilding = true
  return async (): Promise<boolean> => {
    const nowMs = runtime.now()
    if (nowMs - readAtMs < catalogAgeMsMax) return isBuilding
    readAtMs = nowMs
    const { catalog } = await readCatalog(store)
    isBuilding = generationsOf(catalog, view).building?.generation === generation
    return isBuilding
  }
}

async function begin(deps: ConsumerDeps, view: ViewName): Promise<{ generation: number; since: string }> {
  const now = new Date(deps.runtime.now()).toISOString()
  const catalog = await changeCatalog(deps, (read) => beginRebuild(read, view, now))
  const { building } = generationsOf(catalog, view)
  if (!building) throw new Error(`the rebuild of ${view} was cancelled as it began`)
  return building
}

/** Makes the filled generation live, in one write. The one that was live stays in step, for a rollback. */
export async function switchView({ store }: Pick<ConsumerDeps, 'store'>, built: ViewGeneration): Promise<void> {
  await changeCatalog({ store }, (catalog) => switchToBuilt(catalog, built))
}

/** Takes generation `from` back, or the one that is live as this begins. Repeated with the same `from`, it changes nothing. */
export async function rollBackView(
  { store }: Pick<ConsumerDeps, 'store'>,
  view: ViewName,
  from?: number,
): Promise<void> {
  const generation = from ?? generationsOf((await readCatalog(store)).catalog, view).live
  await changeCatalog({ store }, (catalog) => rollBack(catalog, { view, generation }))
}
