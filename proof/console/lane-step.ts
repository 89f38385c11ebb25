import { httpFunctions, relayFunctions, subscribers } from '../../app/functions.ts'
import type { Lane, LaneStep, RowChange, RowRef } from '../../console/wire-timeline.ts'
import { type AggregateRef, aggregateTypes } from '../../domain/ids.ts'
import { checkpointRow } from '../../tables/checkpoints.ts'
import { eventRow } from '../../tables/events.ts'
import type { RowRead } from '../../tables/keys.ts'
import { sagaRow } from '../../tables/sagas.ts'
import { stepRow } from '../../tables/step-keys.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { shortName } from '../short-name.ts'
import type { TimelineStep } from '../timeline/step.ts'

/** A step of a timeline as the console draws it: in its lane, with its tone, and with the rows that it is about. */
export function toLaneStep({ at, where, what, facts }: TimelineStep, tenant: string | undefined): LaneStep {
  const who = shortName(where)
  const tone = toneOf(what, facts)
  return {
    at,
    lane: laneOf(who, what),
    who,
    what,
    ...(tone && { tone }),
    facts: shownFacts(facts),
    rows: tenant === undefined ? [] : rowsOf({ at, who, what }, { ...facts, tenant }),
    ...(tenant !== undefined && typeof facts.sagaId === 'string' && { saga: { tenant, id: facts.sagaId } }),
  }
}

function laneOf(who: string, what: string): Lane {
  if (Object.hasOwn(httpFunctions, who)) return 'request'
  if (who === 'Events') return 'transaction'
  if (who === 'Outbox' || Object.hasOwn(relayFunctions, who)) return 'outbox'
  if (Object.hasOwn(subscribers, who)) return 'consumer'
  return who === 'Notices' || /^(do|undo) (mail|webhook):/.test(what) ? 'outside' : 'saga'
}

function toneOf(what: string, { replayed, outcome }: Record<string, unknown>): LaneStep['tone'] {
  if (replayed === true || outcome === 'skipped') return 'repeat'
  if (/^undo |compensated/.test(what)) return 'undone'
  const isProblem = /(request (failed|refused)|: (failed|refused|given-up|lost)|parked|not handed)/.test(what)
  return isProblem || outcome === 'blocked' ? 'problem' : undefined
}

/** What says nothing to a reader who looks at one request, or stands elsewhere already. */
const unshown = new Set(['traceparent', 'tenant', 'aggregate', 'messageId', 'requestId', 'caller'])

function shownFacts(facts: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts)
      .filter(([name]) => !unshown.has(name))
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

type Facts = Record<string, unknown> & { tenant: string }

/** The rows that a step is about, by the keys of their tables. */
function rowsOf({ at, who, what }: { at: string; who: string; what: string }, facts: Facts): RowRef[] {
  const { tenant, seq, sagaId, consumer } = facts
  const aggregate = readAggregate(facts.aggregate)
  const rows: RowRef[] = []
  const recorded = { is: 'recorded', at } as const
  if (who === 'Events' && aggregate && typeof seq === 'number') {
    rows.push(refTo('event', eventRow(tenant, aggregate, seq), { is: 'written' }))
    const { type, id } = aggregate
    if (type === 'ticket') rows.push(refTo('ticket', ticketRow(tenant, id), { is: 'folded', tenant, ticket: id, seq }))
  }
  if (typeof consumer === 'string' && aggregate)
    rows.push(refTo('checkpoint', checkpointRow(consumer, tenant, aggregate), recorded))
  if (typeof sagaId === 'string') {
    rows.push(refTo('saga', sagaRow(tenant, sagaId), recorded))
    const [, step] = /^(?:do|undo) ([^:]+):/.exec(what) ?? []
    if (step !== undefined) rows.push(refTo('fence', stepRow({ tenant, sagaId, step }), recorded))
  }
  return rows
}

function refTo(name: string, { table, key: { pk, sk } }: RowRead<unknown>, change?: RowChange): RowRef {
  return { table, pk, name, ...(sk !== undefined && { sk }), ...(change && { change }) }
}

function readAggregate(value: unknown): AggregateRef | undefined {
  const { type, id } = (value ?? {}) as { type?: unknown; id?: unknown }
  const known = aggregateTypes.find((each) => each === type)
  return known && typeof id === 'string' ? { type: known, id } : undefined
}
