import type { DomainEvent } from '../../domain/event.ts'
import type { CutEvent, RestoreRecord } from '../../domain/restore-record.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { Row, Write } from '../../tables/store.ts'
import type { ArchivedHistories } from './archived-histories.ts'
import { type CutHistory, cutHistory, requestsToForget, requestsWithoutKey } from './cut-history.ts'
import { Draft } from './draft.ts'
import { keepInfections } from './keep-infections.ts'
import { recountQuotas } from './recount-quotas.ts'
import { recountResumptions } from './recount-resumptions.ts'
import { restartSagas } from './restart-sagas.ts'
import { type RestoredRows, type RestorePoint, undeliveredSince } from './restored-tables.ts'

/** How tables that were restored to points of their own become one consistent state: the one of the truth. */
export interface Repair {
  /** May be sent in any order, and again after a stop: planning after a part of them plans the rest. */
  writes: Write[]
  /** After those, as they follow from these: the events to be removed. */
  removedEvents: Write[]
  /** The events to be delivered once the tables are in service, for subscribers to catch up to. */
  undelivered: DomainEvent[]
  record: RestoreRecord
}

export type RepairPlan = { status: 'planned'; repair: Repair } | { status: 'refused'; why: string[] }

/** Pure: the same rows and the same point make the same plan. `digested` are the events that digests have had since the point. */
export function planRepair(
  rows: RestoredRows,
  point: RestorePoint,
  digested: readonly CutEvent[],
  archives: ArchivedHistories,
): RepairPlan {
  const since = undeliveredSince(point)
  const history = cutHistory({ ...rows, Events: wholeHistories(rows.Events, archives) })
  const why = [...archives.refusals, ...history.refusals, ...requestsWithoutKey(rows.RequestKeys, history, { since })]
  if (why.length > 0) return { status: 'refused', why }
  const draft = new Draft(rows)
  for (const row of archives.surplus) draft.remove('Events', row)
  for (const row of archives.putBack) draft.put('Events', row)
  for (const { row } of history.cut) draft.remove('Events', row)
  for (const row of requestsToForget(rows.RequestKeys, history, point)) draft.remove('RequestKeys', row)
  keepInfections(draft, history)
  const { lostEffects } = restartSagas(draft, history, point)
  recountQuotas(draft)
  recountResumptions(draft, history)
  const writes = draft.writes()
  return {
    status: 'planned',
    repair: {
      writes: writes.filter((write) => !isRemovedEvent(write)),
      removedEvents: writes.filter(isRemovedEvent),
      undelivered: eventsToDeliver(history, since),
      record: {
        restoredTo: point.restoredTo,
        ...(point.damagedFrom !== undefined && { damagedFrom: point.damagedFrom }),
        lostFrom: point.lostFrom,
        events: lostEvents(history, digested),
        effects: lostEffects.toSorted(),
      },
    },
  }
}

function isRemovedEvent({ table, kind }: Write): boolean {
  return table === 'Events' && kind === 'delete'
}

/** The rows of `Events` with those in archives, each once. */
function wholeHistories(events: readonly Row[], { archived, surplus, putBack }: ArchivedHistories): Row[] {
  const isSurplus = new Set(surplus)
  return [...events.filter((row) => !isSurplus.has(row)), ...archived, ...putBack]
}

/**
 * The last event of each aggregate, as the checkpoints and the read models are gone and subscribers catch up to it, and every one that may
 * not have started its sagas.
 */
function eventsToDeliver({ kept }: CutHistory, since: string): DomainEvent[] {
  return [...kept.values()].flatMap((history) =>
    history.filter((event, index) => index === history.length - 1 || event.recordedAt >= since),
  )
}

/** Those that were cut, and those of which only a digest is left, because they are younger than the point of `Events`. */
function lostEvents({ kept, cut }: CutHistory, digested: readonly CutEvent[]): CutEvent[] {
  const versions = new Map([...kept].map(([pk, history]) => [sha256Hex(pk), history.length]))
  const events = [
    ...cut.map(({ row, event: { seq, hash } }) => ({
      aggregate: sha256Hex(String(row.pk)),
      seq,
      ...(hash && { hash }),
    })),
    ...digested.filter(({ aggregate, seq }) => seq > (versions.get(aggregate) ?? 0)),
  ]
  const byName = new Map(events.map((event) => [`${event.aggregate} ${event.seq} ${event.hash}`, event]))
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event)
}
