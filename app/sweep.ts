import type { ListedObject, ObjectStore } from '../gateways/object-store.ts'
import { keyAttributesOf } from '../tables/key-shapes.ts'
import type { Row, ScanRequest } from '../tables/store.ts'
import { loggedKeys } from './logged-aggregate.ts'
import { KeptPosition, type Position, type PositionDeps } from './sweep-position.ts'

export interface Sweep<Item> {
  /** Name under which the position is stored. */
  name: string
  /** The round begins at the beginning and stores no position: it is cut off by nothing but a kill, and then repeated as a whole. */
  isWhole?: boolean
  /** One page of what lies behind `after`, from the beginning if there is no `after`. */
  read(after: Position | undefined): Promise<{ items: Item[]; next?: Position | undefined }>
  positionOf(item: Item): Position
  /** May throw: the round goes on behind what failed. `shareMs` is the deadline (epoch milliseconds) of work that can stop and go on. */
  handle(items: Item[], shareMs: number): Promise<void>
  /** Items handled at a time; 1 by default. */
  batchSize?: number
}

/** No item gets more than this part of a round, so that one with much to do leaves time to the others. */
const shareOfRound = 0.1

export interface Round {
  /** Items whose handling threw. */
  failed: number
  /** Whether the round came to the end before its deadline. If not, the next one continues behind what was handled. */
  complete: boolean
}

/**
 * One round of a sweep: it continues at the kept position, and stops at the deadline (epoch milliseconds). So every item that stays is
 * handled within a bounded number of rounds, however many there are (docs/adr/0022):
 *
 * - What the deadline interrupts comes first in the next round. If it was the first of its round, it has had a round to itself, and the
 *   next round begins behind it.
 * - What kills the process is passed in the round after: one that follows such a round stores its position before each item.
 * - An item that fails is counted, and stops nothing.
 *
 * A round that does not come to the end counts in the metric `RoundsIncomplete`.
 */
export async function sweep<Item>(deps: PositionDeps, source: Sweep<Item>, deadlineMs: number): Promise<Round> {
  const { runtime, observer } = deps
  const position = source.isWhole ? KeptPosition.none(deps, source.name) : await KeptPosition.read(deps, source.name)
  const batchSize = position.wasCutOff ? 1 : (source.batchSize ?? 1)
  const shareMs = (deadlineMs - runtime.now()) * shareOfRound
  let after = position.after
  let batches = 0
  let failed = 0
  const end = async (complete: boolean): Promise<Round> => {
    const next = complete ? undefined : after
    if (batches > 0 || position.isStored) await position.save(next, { isRunning: false })
    return ended(complete)
  }
  const ended = (complete: boolean): Round => {
    observer.count('RoundsIncomplete', complete ? 0 : 1)
    return { failed, complete }
  }
  const readFrom = async (kept: Position | undefined) => {
    try {
      return await source.read(kept)
    } catch (cause) {
      if (batches > 0 || kept === undefined || !isRefused(cause)) throw cause
      observer.warn('kept position is refused: the round begins at the beginning', {
        sweep: source.name,
        kept: loggedKeys(kept),
        cause,
      })
      return source.read(undefined)
    }
  }
  for (;;) {
    const page = await readFrom(after)
    for (let start = 0; start < page.items.length; start += batchSize) {
      if (runtime.now() >= deadlineMs) return end(false)
      const items = page.items.slice(start, start + batchSize)
      const before = after
      after = source.positionOf(items.at(-1) as Item)
      if (position.wasCutOff || batches === 0)
        await position.save(position.wasCutOff ? after : before, { isRunning: true })
      try {
        await source.handle(items, Math.min(deadlineMs, runtime.now() + shareMs))
      } catch (cause) {
        failed += items.length
        observer.error('a round could not handle this: it goes on behind it', {
          sweep: source.name,
          at: loggedKeys(after),
          cause,
        })
      }
      if (batches++ > 0 && runtime.now() >= deadlineMs) {
        after = before
        return end(false)
      }
    }
    if (page.next === undefined) return end(true)
    after = page.next
    const isOver = runtime.now() >= deadlineMs
    await position.save(after, { isRunning: !isOver })
    if (isOver) return ended(false)
  }
}

/** Another deployment may have kept it, when the table or the index had other keys. */
function isRefused(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'ValidationException'
}

export interface ObjectSweep<Outcome extends string> {
  name: string
  prefix: string
  /** Every outcome that `handle` can return; each is counted. */
  outcomes: readonly Outcome[]
  isDue(object: ListedObject): boolean
  handle(object: ListedObject): Promise<Outcome>
}

/** How many objects had which outcome, and whether the round came to the end before its deadline. */
export type SweepResult<Outcome extends string> = Record<Outcome | 'failed', number> & { complete: boolean }

/** One round over the objects under a prefix that are due. */
export async function sweepObjects<Outcome extends string>(
  deps: PositionDeps & { objects: ObjectStore },
  { name, prefix, outcomes, isDue, handle }: ObjectSweep<Outcome>,
  deadlineMs: number,
): Promise<SweepResult<Outcome>> {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>
  const round = await sweep(
    deps,
    {
      name,
      async read(after) {
        const { objects, next } = await deps.objects.list(prefix, after as string | undefined)
        return { items: objects.filter(isDue), next }
      },
      positionOf: ({ key }) => key,
      async handle([object]) {
        if (object) counts[await handle(object)]++
      },
    },
    deadlineMs,
  )
  return { ...counts, ...round }
}

/** One round over the rows of a table or a sparse index, `batchSize` at a time. */
export function sweepRows(
  deps: PositionDeps,
  {
    name,
    isWhole = false,
    batchSize,
    ...scan
  }: Omit<ScanRequest, 'after'> & Pick<Sweep<Row>, 'name' | 'isWhole' | 'batchSize'>,
  handle: (rows: Row[], shareMs: number) => Promise<void>,
  deadlineMs: number,
): Promise<Round> {
  return sweep(
    deps,
    {
      name,
      isWhole,
      ...(batchSize !== undefined && { batchSize }),
      async read(after) {
        const { rows, next } = await deps.store.scan({ ...scan, after: after as Row | undefined })
        return { items: rows, next: next && keyAttributesOf(next, scan) }
      },
      positionOf: (row) => keyAttributesOf(row, scan),
      handle,
    },
    deadlineMs,
  )
}
