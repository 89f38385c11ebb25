import type { AppSettings } from '../cost/app-settings.ts'
import { runsOf } from '../cost/bill.ts'
import { capacityOf, indexedBytes } from '../cost/capacity.ts'
import type { DatabaseCall, Measured, UseCase } from '../cost/usage.ts'
import { useCases } from '../cost/usage.ts'
import { usualMonth } from '../cost/usual-month.ts'
import { type KeyScope, scopeOfIndex, scopeOfRow } from './key-scopes.ts'

/** What one run of a use case writes under keys of one scope in one table or index. */
export interface PlaceUse {
  /** `Tickets`, or `Tickets.byTenant` for an index. */
  place: string
  scope: KeyScope
  writeUnits: number
}

/**
 * Distinct words of a message, as in ADR 36: the measured texts are shorter than those of people. Each is a row, written in the
 * transaction of the projection.
 */
export const wordsPerMessage = 30
const unitsPerWord = 2
const bytesPerWord = 207

/** How often each use case runs per ticket, in the usual month of docs/cost.md. */
export function runsPerTicket(): Record<UseCase, number> {
  const runs = runsOf(usualMonth)
  return Object.fromEntries(useCases.map((name) => [name, runs[name] / usualMonth.tickets])) as Record<UseCase, number>
}

/** Every place that a use case writes to, from the measured rows by DynamoDB's rules. */
export function placesOf(useCase: UseCase, measured: Measured, { tables }: AppSettings): PlaceUse[] {
  const places = new Map<string, PlaceUse>()
  const add = (place: string, scope: KeyScope, writeUnits: number) => {
    if (writeUnits === 0) return
    const key = `${place} ${scope}`
    places.set(key, { place, scope, writeUnits: (places.get(key)?.writeUnits ?? 0) + writeUnits })
  }
  for (const { call, row, isWord } of writtenRows(measured.useCases[useCase].database)) {
    if (isWord) continue
    const { write, byIndex } = capacityOf({ ...call, rows: [row] }, tables)
    const inIndexes = Object.values(byIndex).reduce((sum, units) => sum + units, 0)
    add(row.table, scopeOfRow(row.table, row.kind), (write - inIndexes) * call.times)
    for (const [index, units] of Object.entries(byIndex))
      add(index, scopeOfIndex[index] ?? unknownIndex(index), units * call.times)
  }
  if (hasText(useCase)) add('Views', 'tenant and first letter', wordsPerMessage * unitsPerWord)
  return [...places.values()]
}

/** Bytes that a ticket adds for good to each table and index: with its comments, notifications, attachments and webhook. */
export function bytesPerTicket(measured: Measured, { tables }: AppSettings): Record<string, number> {
  const bytes: Record<string, number> = {}
  const add = (place: string, grown: number) => {
    bytes[place] = (bytes[place] ?? 0) + grown
  }
  for (const [useCase, runs] of Object.entries(runsPerTicket()) as [UseCase, number][]) {
    for (const { call, row, isWord } of writtenRows(measured.useCases[useCase].database)) {
      if (isWord || !growing(row.table)) continue
      const times = call.times * runs
      // DynamoDB adds 100 bytes to each item that it bills as stored.
      const overhead = 100 * (Number(row.bytesAfter !== undefined) - Number(row.bytesBefore !== undefined))
      add(row.table, ((row.bytesAfter ?? 0) - (row.bytesBefore ?? 0) + overhead) * times)
      for (const index of tables[row.table]?.indexes ?? []) {
        const only = { [row.table]: { keys: tables[row.table]?.keys ?? [], indexes: [index] } }
        add(`${row.table}.${index.name}`, indexedBytes(row, only) * times)
      }
    }
    if (hasText(useCase)) add('Views', wordsPerMessage * (bytesPerWord + 100) * runs)
  }
  return Object.fromEntries(Object.entries(bytes).filter(([, count]) => Math.abs(count) > 0.5))
}

/** Whether a table has more rows the more tickets there were: not those of a day, and not counters, as many as tenants. */
function growing(name: string): boolean {
  return !['RequestKeys', 'RateLimits', 'Quotas'].includes(name)
}

function hasText(useCase: UseCase): boolean {
  return useCase === 'open a ticket' || useCase === 'comment'
}

function writtenRows(database: readonly DatabaseCall[]) {
  return database
    .filter(({ operation }) => !/Get|Query|Scan/.test(operation))
    .flatMap((call) => call.rows.map((row) => ({ call, row, isWord: row.table === 'Views' && row.kind === '' })))
}

function unknownIndex(index: string): never {
  throw new Error(`${index} has no key scope: name it in proof/capacity/key-scopes.ts`)
}
