import { keyAttributesOf } from '../tables/key-shapes.ts'
import type { Row, ScanRequest } from '../tables/store.ts'
import { KeptPosition, type PositionDeps } from './sweep-position.ts'

/** What is to be done with the rows of a table or index. docs/backfill.md is the guide. */
export interface Backfill extends Omit<ScanRequest, 'after' | 'limit'> {
  /** Name under which the position is stored: the next run goes on there when one was stopped or killed. */
  name: string
  isWanted(row: Row): boolean
  /** Must be idempotent: after a kill, the rows of one chunk are handled again. */
  handle(row: Row): Promise<void>
  /** Whether a wanted row needs nothing more: for a dry run, and for the validation afterwards. */
  isDone?(row: Row): Promise<boolean>
}

export interface BackfillOptions {
  /** Rows handled at the same time; 8 by default. */
  concurrency?: number
  /** Rows between two stored positions; 64 by default. */
  chunkSize?: number
  /** Waits as long as the capacity that was consumed demands. */
  throttle?: { wait(): Promise<void> }
  /** Called after each chunk; `handled` counts the wanted rows. */
  onProgress?: (progress: BackfillResult) => void
  /** Once it is aborted, no other chunk begins. */
  signal?: AbortSignal
}

export interface BackfillResult {
  /** Wanted rows. */
  handled: number
  /** Wanted rows whose handling threw. They are logged, and stop nothing. */
  failed: number
  /** Whether the end was reached. If not, the next run goes on. */
  complete: boolean
  /** Whether it went on where an earlier run had stopped: the rows before were that run's. */
  resumed: boolean
}

/** Handles every row of a table or index, chunk by chunk, beside traffic. Rows that are written meanwhile may be met or not. */
export async function backfill(
  deps: PositionDeps,
  { name, isWanted, handle, ...source }: Backfill,
  options: BackfillOptions = {},
): Promise<BackfillResult> {
  const scan = scanOf(source)
  const position = await KeptPosition.read(deps, name)
  const result: BackfillResult = { handled: 0, failed: 0, complete: false, resumed: position.after !== undefined }
  await forEachChunk(deps, { ...scan, after: position.after as Row | undefined }, options, async (rows, page) => {
    const outcomes = await inGroups(rows.filter(isWanted), options.concurrency, handle)
    result.handled += outcomes.length
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue
      result.failed++
      deps.observer.error('a row could not be handled: the backfill goes on behind it', {
        backfill: name,
        error: outcome.reason,
      })
    }
    const next = page && keyAttributesOf(page, scan)
    await position.save(next, { isRunning: next !== undefined })
    result.complete = next === undefined
    options.onProgress?.({ ...result })
  })
  return result
}

export interface BackfillSurvey {
  /** Wanted rows. */
  wanted: number
  /** Wanted rows for which something is left to do. */
  left: number
  /** Whether every row was looked at. */
  complete: boolean
}

/** What a backfill has left to do: reads every row and changes none. Before it runs, a dry run; afterwards, its validation. */
export async function surveyBackfill(
  deps: Pick<PositionDeps, 'store'>,
  { name, isWanted, isDone, handle: _, ...source }: Backfill,
  {
    onProgress,
    ...options
  }: Omit<BackfillOptions, 'onProgress'> & { onProgress?: (survey: BackfillSurvey) => void } = {},
): Promise<BackfillSurvey> {
  if (!isDone) throw new Error(`${name} cannot be surveyed: it does not say when a row is done`)
  const survey: BackfillSurvey = { wanted: 0, left: 0, complete: false }
  await forEachChunk(deps, scanOf(source), options, async (rows, page) => {
    const outcomes = await inGroups(rows.filter(isWanted), options.concurrency, isDone)
    survey.wanted += outcomes.length
    // What can't be read is not done.
    survey.left += outcomes.filter((outcome) => outcome.status === 'rejected' || !outcome.value).length
    survey.complete = page === undefined
    onProgress?.({ ...survey })
  })
  return survey
}

/** Milliseconds until all is done, at the pace so far; undefined before anything is. */
export function timeLeftMs({
  done,
  all,
  elapsedMs,
}: {
  done: number
  all: number
  elapsedMs: number
}): number | undefined {
  return done === 0 ? undefined : Math.max(0, ((all - done) * elapsedMs) / done)
}

function scanOf({ table, index }: Omit<ScanRequest, 'after' | 'limit'>): ScanRequest {
  return { table, ...(index !== undefined && { index }) }
}

/** Passes each page, with its `next`, until the last one or until the signal. */
async function forEachChunk(
  { store }: Pick<PositionDeps, 'store'>,
  scan: ScanRequest,
  { chunkSize = 64, throttle, signal }: BackfillOptions,
  handle: (rows: Row[], next: Row | undefined) => Promise<void>,
): Promise<void> {
  let { after } = scan
  while (!signal?.aborted) {
    const page = await store.scan({ ...scan, limit: chunkSize, after })
    await handle(page.rows, page.next)
    if (page.next === undefined) return
    after = page.next
    await throttle?.wait()
  }
}

async function inGroups<Result>(
  rows: readonly Row[],
  concurrency = 8,
  work: (row: Row) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const outcomes: PromiseSettledResult<Result>[] = []
  for (let start = 0; start < rows.length; start += concurrency)
    outcomes.push(...(await Promise.allSettled(rows.slice(start, start + concurrency).map(work))))
  return outcomes
}
