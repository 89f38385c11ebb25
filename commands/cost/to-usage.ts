import type { MeteredItem } from 'embedded-aws/dynamodb'
import type { TraceEntry } from 'embedded-aws/faults'
import { httpFunctions } from '../../app/functions.ts'
import { tableNameOf } from '../../proof/cost/app-settings.ts'
import { bytesOf } from '../../proof/cost/capacity.ts'
import type { DatabaseCall, RowUse, Usage } from '../../proof/cost/usage.ts'
import { shortName } from '../../proof/short-name.ts'
import { tableShapes } from '../../tables/key-shapes.ts'

/** Executions of sagas, as billed. */
export interface Executions {
  transitions: number
  historyBytes: number
}

/** The part of a trace that belongs to sagas: their step functions, and what starts them. */
export function splitSagas(entries: readonly TraceEntry[]): { sagas: TraceEntry[]; others: TraceEntry[] } {
  const { sagas = [], others = [] } = Object.groupBy(entries, (entry) => (isOfSaga(entry) ? 'sagas' : 'others'))
  return { sagas, others }
}

function isOfSaga({ kind, from = '', to, resources = [] }: TraceEntry): boolean {
  const name = shortName(kind === 'call' ? from : to)
  if (/^run-\w+-step$/.test(name)) return true
  const starts = kind === 'call' && (name === 'start-saga' || name === 'reconcile-consumers')
  return starts && (to === 'states' || resources.some((resource) => resource.endsWith('-sagas')))
}

/** What the entries consume per round. Calls from outside the stack are not counted. */
export function toUsage(entries: readonly TraceEntry[], executions: Executions, rounds: number): Usage {
  const invoked = entries
    .filter(({ kind }) => kind === 'invocation')
    .map((entry) => ({ ...entry, to: shortName(entry.to) }))
  const calls = entries.filter(({ kind, from }) => kind === 'call' && from !== undefined)
  const perRound = (counts: Record<string, number>) =>
    Object.fromEntries(
      Object.entries(counts)
        .map(([name, count]) => [name, count / rounds] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    )
  return {
    requests: invoked.filter(({ to }) => to in httpFunctions).length / rounds,
    invocations: perRound(count(invoked.map(({ to }) => to))),
    batches: perRound(count(invoked.filter(({ what }) => what.endsWith('.fifo')).map(({ to }) => to))),
    calls: perRound(count(calls.filter(({ to }) => to !== 'dynamodb').map(callName))),
    transitions: executions.transitions / rounds,
    historyBytes: Math.round(executions.historyBytes / rounds),
    database: databaseCalls(
      calls.filter(({ to }) => to === 'dynamodb'),
      rounds,
    ),
  }
}

function callName({ from = '', to, what }: TraceEntry): string {
  return `${shortName(from)} ${what === 'connects' ? 'webhook POST' : `${to} ${what}`}`
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function databaseCalls(entries: readonly TraceEntry[], rounds: number): DatabaseCall[] {
  const equal = Map.groupBy(entries.map(toCall), groupOf)
  return [...equal]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, calls]) => ({ ...average(calls), times: calls.length / rounds }))
}

function toCall({ from = '', what, consumed, resources = [] }: TraceEntry): DatabaseCall {
  const { units = [], items = [], isConsistent = false } = consumed ?? {}
  const call = { function: shortName(from), operation: what, isConsistent, times: 1 }
  if (what !== 'Query' && what !== 'Scan') return { ...call, rows: items.map(toRow) }
  const where = units.map(({ table, index }) => [tableNameOf(table), index].filter(Boolean).join('.'))
  const operation = [what, ...(where.length > 0 ? where : resources.map(tableNameOf))].join(' ')
  return { ...call, operation, rows: [], readUnits: units.reduce((sum, { read }) => sum + read, 0) }
}

function toRow({ table, key, before, after, changed }: MeteredItem): RowUse {
  const name = tableNameOf(table)
  const isIndexed = tableShapes[name].indexes.length > 0
  return {
    table: name,
    kind: /^[A-Z]{3,}/.exec(key.sk ?? '')?.[0] ?? '',
    ...(before && { bytesBefore: bytesOf(before) }),
    ...(after && { bytesAfter: bytesOf(after) }),
    ...(isIndexed &&
      changed.length > 0 && { ...(before && { before }), ...(after && { after }), changed: changed.toSorted() }),
  }
}

/** Equal but for sizes. */
function groupOf({ function: name, operation, isConsistent, rows }: DatabaseCall): string {
  const shape = rows.map(({ table, kind, bytesBefore, bytesAfter, before, after, changed }) => [
    table,
    kind,
    bytesBefore !== undefined,
    bytesAfter !== undefined,
    Object.keys(before ?? {}).toSorted(),
    Object.keys(after ?? {}).toSorted(),
    changed,
  ])
  return JSON.stringify([name, operation, isConsistent, shape])
}

/** The first call, with sizes that are the mean of all. */
function average(calls: readonly DatabaseCall[]): DatabaseCall {
  const [first] = calls
  if (!first) throw new Error('no call to average')
  const mean = (of: (call: DatabaseCall) => number | undefined) =>
    Math.round(calls.reduce((sum, call) => sum + (of(call) ?? 0), 0) / calls.length)
  const rows = first.rows.map((row, position): RowUse => {
    const sizes = (part: 'before' | 'after') =>
      row[part] &&
      Object.fromEntries(
        Object.keys(row[part])
          .toSorted()
          .map((name) => [name, mean((call) => call.rows[position]?.[part]?.[name])]),
      )
    const [before, after] = [sizes('before'), sizes('after')]
    return {
      ...row,
      ...(row.bytesBefore !== undefined && { bytesBefore: mean((call) => call.rows[position]?.bytesBefore) }),
      ...(row.bytesAfter !== undefined && { bytesAfter: mean((call) => call.rows[position]?.bytesAfter) }),
      ...(before && { before }),
      ...(after && { after }),
    }
  })
  if (first.readUnits === undefined) return { ...first, rows }
  return { ...first, rows, readUnits: calls.reduce((sum, call) => sum + (call.readUnits ?? 0), 0) / calls.length }
}
