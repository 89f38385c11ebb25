import { causeOf, factsSetBy } from '../../domain/causes.ts'
import { type FactName, factNames } from '../../domain/correctable-facts.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { foldTicket } from '../../domain/fold-ticket.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import { isArchiveReference, isCurrent, parseArchiveReference } from '../../tables/archive-references.ts'
import { eventsQuery, parseEvent, readEvents } from '../../tables/events.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { scanPages } from '../../tables/scan-rows.ts'
import type { Row, Store } from '../../tables/store.ts'
import { ticketAt } from '../replay/replay-ticket.ts'
import { type FollowingSaga, readSagasOf } from './following-sagas.ts'
import { type GivenAnswer, readAnswers } from './given-answers.ts'

/** Which events are asked about. Times are in epoch milliseconds, of recording; the end is not included. */
export interface DamageQuery {
  sinceMs: number
  untilMs: number
  matches(event: DomainEvent): boolean
}

/** What one event said about one fact of its ticket. */
export interface DamagedFact {
  name: FactName
  /** Undefined where the event is the first to say anything. `null` is no assignee. */
  before: string | null | undefined
  set: string | null
  now: string | null
  /** The event that the fact has its value from now. The damage stands while it is this event. */
  cause: DomainEvent
}

export interface DamagedEvent {
  event: DomainEvent
  /** None for an event that sets nothing that can be corrected. */
  facts: DamagedFact[]
  /** What its request was answered. Undefined when no request was made, and when its key has expired. */
  answer?: GivenAnswer
  sagas: FollowingSaga[]
}

/** The suspected events of one aggregate, with what followed from them. */
export interface Damage {
  tenant: string
  aggregate: AggregateRef
  events: DamagedEvent[]
  /** Why the facts of its events are not known: its history cannot be folded. */
  unfoldable?: string
}

/** Aggregates whose request keys are looked for in one scan: what is held in memory at once. */
const aggregatesAtOnce = 1_000

export interface ScopeDeps {
  store: Store
  nowMs: number
  /** Hears of rows that are no events. */
  onUnreadable?: (subject: string) => void
  /** Waits as long as the target's capacity asks for. */
  pause?: () => Promise<void>
}

/**
 * Finds the events that were recorded in a time and match, with what they said, what their requests were answered, and what followed from
 * them: some aggregates at a time, so memory does not grow with the data. It reads only. The log has no index
 * by time, so all of it is read.
 */
export async function* scopeDamage(deps: ScopeDeps, query: DamageQuery): AsyncGenerator<Damage> {
  let found = new Map<string, DomainEvent[]>()
  for await (const event of matchingEvents(deps, query)) {
    const key = keyOf(event)
    if (found.size === aggregatesAtOnce && !found.has(key)) {
      yield* describe(deps, [...found.values()])
      found = new Map()
    }
    const events = found.get(key) ?? []
    events.push(event)
    found.set(key, events)
  }
  yield* describe(deps, [...found.values()])
}

/** All of it at once, where it is known to be little. */
export async function collectDamage(deps: ScopeDeps, query: DamageQuery): Promise<Damage[]> {
  const found: Damage[] = []
  for await (const damage of scopeDamage(deps, query)) found.push(damage)
  return found
}

async function* matchingEvents(deps: ScopeDeps, query: DamageQuery) {
  const { onUnreadable } = deps
  for await (const rows of eventPages(deps))
    for (const row of rows) {
      const recordedAtMs = Date.parse(String(row.recordedAt))
      if (recordedAtMs < query.sinceMs || recordedAtMs >= query.untilMs) continue
      const event = tryParse(row)
      if (!event) onUnreadable?.(`${row.pk} ${row.sk}`)
      else if (query.matches(event)) yield event
    }
}

/** The rows of `Events`, and behind them those of archived tickets. */
async function* eventPages({ store, pause }: ScopeDeps): AsyncGenerator<Row[]> {
  for await (const rows of scanPages(store, 'Events')) {
    yield rows
    await pause?.()
  }
  for await (const rows of scanPages(store, 'Tickets')) {
    for (const { tenant, ticketId, seq } of rows
      .filter(isArchiveReference)
      .map(parseArchiveReference)
      .filter(isCurrent))
      yield await queryRows(store, eventsQuery(tenant, { type: 'ticket', id: ticketId }, { from: 1, to: seq }))
    await pause?.()
  }
}

async function* describe(deps: ScopeDeps, found: DomainEvent[][]): AsyncGenerator<Damage> {
  for (const events of found) events.sort((one, other) => one.seq - other.seq)
  const answers = await readAnswers(deps, found.flat())
  for (const events of found) {
    const [first] = events
    if (!first) continue
    const { tenant, aggregate } = first
    const { history, unfoldable } = await readHistory(deps.store, first)
    const sagas = await readSagasOf(deps.store, events)
    yield {
      tenant,
      aggregate,
      ...(unfoldable && { unfoldable }),
      events: events.map((event) => {
        const answer = answers.get(`${keyOf(event)} ${event.seq}`)
        return {
          event,
          facts: damagedFacts(event, history),
          ...(answer && { answer }),
          sagas: sagas.get(event.id) ?? [],
        }
      }),
    }
    await deps.pause?.()
  }
}

/** The events of a ticket, if they can be folded. */
async function readHistory(
  store: Store,
  { tenant, aggregate }: DomainEvent,
): Promise<{ history: DomainEvent[]; unfoldable?: string }> {
  if (aggregate.type !== 'ticket') return { history: [] }
  try {
    const history = await readEvents(store, tenant, aggregate)
    foldTicket(history)
    return { history }
  } catch (error) {
    return { history: [], unfoldable: (error as Error).message }
  }
}

function tryParse(row: Row): DomainEvent | undefined {
  try {
    return parseEvent(row)
  } catch {
    return undefined
  }
}

function damagedFacts(event: DomainEvent, history: readonly DomainEvent[]): DamagedFact[] {
  if (history.length === 0) return []
  const { facts: before } = ticketAt(history, event.seq - 1)
  const { facts: now } = ticketAt(history, history.length)
  const said = factsSetBy(event)
  return factNames.flatMap((name) => {
    const [set, cause] = [said[name], causeOf(name, history)]
    if (set === undefined || !cause) return []
    return [{ name, before: before && (before[name] ?? null), set, now: now?.[name] ?? null, cause }]
  })
}

function keyOf({ tenant, aggregate }: DomainEvent): string {
  return aggregateKey(tenant, aggregate)
}
