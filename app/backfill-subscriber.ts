import * as z from 'zod'
import { minuteMs } from '../domain/durations.ts'
import { aggregateOfKey } from '../tables/keys.ts'
import type { Row } from '../tables/store.ts'
import { type Backfill, type BackfillOptions, type BackfillSurvey, backfill, surveyBackfill } from './backfill.ts'
import { catchUp } from './consume/catch-up.ts'
import { readCheckpoint } from './consume/checkpoint.ts'
import type { AggregateScope, Consumer, ConsumerDeps } from './consume/consumer.ts'
import { recordRun, runStatus } from './recorded-run.ts'
import { KeptPosition } from './sweep-position.ts'

export interface SubscriberBackfilled {
  /** Aggregates that this run has fed; an earlier run may have fed a part. */
  handled: number
  /** Those whose events could not all be applied: they are blocked, or tried again by the next run. */
  failed: number
  /** Aggregates that still lack events, by a reading after the end; undefined when it was stopped before. */
  left: number | undefined
  /** Whether every aggregate was fed, or tried. If not, the next run goes on. */
  complete: boolean
}

/** One aggregate may have thousands of events. */
const aggregateMsMax = minuteMs

const Version = z.int().nonnegative()

/**
 * Feeds a consumer the past of every aggregate, in order and through the consumer's own checkpoint: beside live messages, beside itself,
 * killed and run again, each event is applied once. A consumer that is newer than the events needs nothing else (docs/adr/0040).
 */
export async function backfillSubscriber(
  deps: ConsumerDeps,
  consumer: Consumer,
  options: BackfillOptions = {},
): Promise<SubscriberBackfilled> {
  const feed = async (): Promise<SubscriberBackfilled> => {
    const result: SubscriberBackfilled = { handled: 0, failed: 0, left: undefined, complete: true }
    const sources = await unfinishedSources(deps, consumer)
    for (const [index, source] of sources.entries()) {
      const before = result.handled
      const { onProgress } = options
      const { handled, failed, complete } = await backfill(deps, source, {
        ...options,
        ...(onProgress && { onProgress: (so) => onProgress({ ...so, handled: before + so.handled }) }),
      })
      result.handled += handled
      result.failed += failed
      result.complete = complete
      if (!complete) return result
      const next = sources[index + 1]
      if (next) await beginLater(deps, next)
    }
    const survey = await surveySubscriber(deps, consumer, options)
    return { ...result, left: survey.complete ? survey.left : undefined }
  }
  return recordRun(deps, `subscriber ${consumer.name}`, feed, ({ handled, failed, complete }) => ({
    handled,
    status: runStatus({ failed, complete }),
  }))
}

/** How many aggregates there are, and how many of them the consumer has not caught up with. */
export async function surveySubscriber(
  deps: ConsumerDeps,
  consumer: Consumer,
  { onProgress: _, ...options }: BackfillOptions = {},
): Promise<BackfillSurvey> {
  const sum: BackfillSurvey = { wanted: 0, left: 0, complete: true }
  for (const source of sourcesOf(deps, consumer)) {
    const { wanted, left, complete } = await surveyBackfill(deps, source, options)
    sum.wanted += wanted
    sum.left += left
    sum.complete &&= complete
  }
  return sum
}

/** Those from the one on that an earlier run was at. */
async function unfinishedSources(deps: ConsumerDeps, consumer: Consumer): Promise<Backfill[]> {
  const sources = sourcesOf(deps, consumer)
  const positions = await Promise.all(sources.map(({ name }) => KeptPosition.read(deps, name)))
  return sources.slice(
    Math.max(
      0,
      positions.findLastIndex(({ isStored }) => isStored),
    ),
  )
}

/** Should the run end before the first chunk of this source, the next run begins with it, and not with the one before. */
async function beginLater(deps: ConsumerDeps, { name }: Backfill): Promise<void> {
  const position = await KeptPosition.read(deps, name)
  await position.save(undefined, { isRunning: true })
}

/** The rows that have an aggregate's version: as many events it has. */
function sourcesOf(deps: ConsumerDeps, consumer: Consumer): Backfill[] {
  const { runtime } = deps
  return (['Tickets', 'Sagas'] as const).map((table) => ({
    name: `subscriber ${consumer.name} ${table}`,
    table,
    isWanted: (row) => eventsOf(row) > 0,
    async handle(row) {
      await catchUp(deps, consumer, scopeOf(row), eventsOf(row), runtime.now() + aggregateMsMax)
    },
    async isDone(row) {
      const { appliedSeq } = await readCheckpoint(deps, consumer, scopeOf(row))
      return appliedSeq >= eventsOf(row)
    },
  }))
}

/** Only headers have a version. */
function eventsOf({ version }: Row): number {
  return Version.safeParse(version).data ?? 0
}

function scopeOf({ pk }: Row): AggregateScope {
  const scope = aggregateOfKey(String(pk))
  if (!scope) throw new Error('a row with a version is not the header of an aggregate')
  return scope
}
