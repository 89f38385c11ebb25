import { keyAttributesOf } from '../tables/key-shapes.ts'
import type { Row, ScanRequest } from '../tables/store.ts'
import { KeptPosition, type PositionDeps } from './sweep-position.ts'

export interface Backfill extends Omit<ScanRequest, 'after' | 'limit'> {
  /** Under which its position is kept: a run that was stopped or killed goes on there. */
  name: string
  isWanted(row: Row): boolean
  /** Must be idempotent: after a kill, the rows of one chunk are handled again. */
  handle(row: Row): Promise<void>
}

export interface BackfillOptions {
  /** Rows handled at the same time; 8 by default. */
  concurrency?: number
  /** Rows between two stored positions; 64 by default. */
  chunkSize?: number
  /** Waits as long as the capacity that was consumed demands. */
  throttle?: { wait(): Promise<void> }
  /** After each chunk; `handled` counts the wanted rows. */
  onProgress?: (progress: BackfillResult) => void
  /** Once it is aborted, no other chunk begins. */
  signal?: AbortSignal
}

export interface BackfillResult {
  /** Wanted rows. */
  handled: number
  /** Of them, those whose handling threw. They are logged, and stop nothing. */
  failed: number
  /** Whether the end was reached. If not, the next run goes on. */
  complete: boolean
  /** Whether it went on where an earlier run had stopped: the rows before were that run's. */
  resumed: boolean
}

/** Handles every row of a table or index, chunk by chunk, beside traffic. Rows that are written meanwhile may be met or not. */
export async function backfill(
  deps: PositionDeps,
  { name, isWanted, handle, ...scan }: Backfill,
  { concurrency = 8, chunkSize = 64, throttle, onProgress, signal }: BackfillOptions = {},
): Promise<BackfillResult> {
  const position = await KeptPosition.read(deps, name)
  const result: BackfillResult = { handled: 0, failed: 0, complete: false, resumed: position.after !== undefined }
  let after = position.after as Row | undefined
  while (!signal?.aborted) {
    const page = await deps.store.scan({ ...scan, limit: chunkSize, after })
    const wanted = page.rows.filter(isWanted)
    for (let start = 0; start < wanted.length; start += concurrency) {
      const outcomes = await Promise.allSettled(wanted.slice(start, start + concurrency).map(handle))
      result.handled += outcomes.length
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') continue
        result.failed++
        deps.observer.error('a row could not be handled: the backfill goes on behind it', {
          backfill: name,
          error: outcome.reason,
        })
      }
    }
    const next = page.next && keyAttributesOf(page.next, scan)
    await position.save(next, { isRunning: next !== undefined })
    after = next
    result.complete = next === undefined
    onProgress?.({ ...result })
    if (result.complete) break
    await throttle?.wait()
  }
  return result
}
