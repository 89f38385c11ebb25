import type { DomainEvent } from '../../domain/event.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import { parseEvent } from '../../tables/events.ts'
import { parseRequestRecord } from '../../tables/request-keys.ts'
import type { Row } from '../../tables/store.ts'
import { aggregateHeaderOf } from '../aggregate-header.ts'
import type { RestoredRows, RestorePoint } from './restored-tables.ts'

interface Stored {
  row: Row
  event: DomainEvent
}

/** The histories that the restored truth has, and what was cut behind them. By partition key, in order. */
export interface CutHistory {
  kept: Map<string, DomainEvent[]>
  cut: Stored[]
  /** Why these points can't be repaired. */
  refusals: string[]
}

/**
 * Cuts each aggregate's history behind the version that its row has. A history that ends
 * before its row's version can't be repaired: nobody knows what is missing. `Events` has what archives hold, too.
 */
export function cutHistory(rows: Pick<RestoredRows, 'Tickets' | 'Events' | 'Sagas'>): CutHistory {
  const history: CutHistory = { kept: new Map(), cut: [], refusals: [] }
  const headers = rows.Tickets.filter((row) => aggregateHeaderOf(row))
  const events = Map.groupBy(rows.Events, ({ pk }) => String(pk))
  const versions = new Map(headers.map((row) => [String(row.pk), row]))
  for (const header of headers) {
    const problem = missingOf(header, events.get(String(header.pk)) ?? [])
    if (problem)
      history.refusals.push(
        `${String(header.pk)} is at version ${String(header.version)}, ${problem}: restore Events to a later point than Tickets, and repair again`,
      )
  }
  const sagasLater: [string, Stored[]][] = []
  for (const [pk, stored] of events) {
    const ordered = stored
      .toSorted((a, b) => (String(a.sk) < String(b.sk) ? -1 : 1))
      .map((row) => ({ row, event: parseEvent(row) }))
    if (ordered[0]?.event.aggregate.type === 'saga') sagasLater.push([pk, ordered])
    else cutAt(history, pk, ordered, Number(versions.get(pk)?.version ?? 0))
  }
  // A saga's events are kept where the event is that started it.
  const keptIds = new Set([...history.kept.values()].flat().map(({ id }) => id))
  const sagas = new Map(rows.Sagas.map((row) => [String(row.pk), row]))
  for (const [pk, ordered] of sagasLater) {
    const saga = sagas.get(pk)
    const isKept = saga !== undefined && keptIds.has(String(saga.eventId))
    cutAt(history, pk, ordered, isKept ? Number(saga.version) : 0)
  }
  return history
}

function missingOf({ version, eventHash }: Row, events: readonly Row[]): string | undefined {
  const upTo = events.filter(({ seq }) => Number(seq) <= Number(version))
  if (upTo.length < Number(version)) return `and has only ${upTo.length} events of it`
  const last = upTo.find(({ seq }) => seq === version)
  const isOther = eventHash !== undefined && last?.hash !== undefined && last.hash !== eventHash
  return isOther ? 'and its last event is not the one that the row names' : undefined
}

function cutAt(history: CutHistory, pk: string, stored: readonly Stored[], version: number): void {
  const kept = stored.flatMap(({ event }) => (event.seq <= version ? [event] : []))
  if (kept.length > 0) history.kept.set(pk, kept)
  history.cut.push(...stored.filter(({ event }) => event.seq > version))
}

/**
 * The keys of requests whose effect was cut, and of those that changed nothing after the point, because what their answers say may never
 * have been: a client's retry is judged anew.
 */
export function requestsToForget(
  requests: readonly Row[],
  { kept }: CutHistory,
  { restoredTo }: Pick<RestorePoint, 'restoredTo'>,
): Row[] {
  return requests.filter((row) => {
    const { aggregate, seq, createdAt } = parseRequestRecord(row)
    if (seq === undefined) return createdAt >= restoredTo
    const event = kept.get(aggregate)?.find((each) => each.seq === seq)
    return event?.requestKeyHash !== sha256Hex(String(row.pk))
  })
}

/** Kept requests whose key is missing: their retries would take effect a second time. */
export function requestsWithoutKey(
  requests: readonly Row[],
  { kept }: CutHistory,
  { since }: { since: string },
): string[] {
  const stored = new Set(requests.map(({ pk }) => sha256Hex(String(pk))))
  return [...kept].flatMap(([pk, events]) =>
    events
      .filter(({ requestKeyHash: hash, recordedAt }) => hash !== undefined && recordedAt >= since && !stored.has(hash))
      .map(
        ({ seq }) =>
          `${pk} event ${seq} has no request key, so a retry would take effect twice: restore RequestKeys to a later point than Tickets, and repair again`,
      ),
  )
}
