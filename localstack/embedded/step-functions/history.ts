import type { Journal } from './journal.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { apiTime } from './timestamps.ts'

/** AWS ends an execution whose history would grow beyond this (hard quota). */
export const eventsMax = 25_000

/** Writes one event as GetExecutionHistory answers it. */
export function writeEvent(
  journal: Journal,
  event: {
    execution: number
    id: number
    previous: number
    type: string
    timeMs: number
    details?: JsonObject | undefined
  },
): void {
  const { execution, id, previous, type, timeMs, details } = event
  const body = {
    timestamp: apiTime(timeMs),
    type,
    id,
    previousEventId: previous,
    ...(details && { [detailsName(type)]: details }),
  }
  journal.run('INSERT INTO events (execution, id, body) VALUES (?, ?, ?)', execution, id, JSON.stringify(body))
}

/** A page of events, oldest or newest first, after event `after`. Without data, inputs, outputs and causes are left out. */
export function readEvents(
  journal: Journal,
  {
    execution,
    after,
    limit,
    newestFirst,
    withData,
  }: { execution: number; after: number; limit: number; newestFirst: boolean; withData: boolean },
): JsonObject[] {
  const rows = newestFirst
    ? journal.all(
        'SELECT body FROM events WHERE execution = ? AND id < ? ORDER BY id DESC LIMIT ?',
        execution,
        after,
        limit,
      )
    : journal.all('SELECT body FROM events WHERE execution = ? AND id > ? ORDER BY id LIMIT ?', execution, after, limit)
  const events = rows.map((row) => JSON.parse(String(row.body)) as JsonObject)
  return withData ? events : events.map(withoutData)
}

/** An input or output as events carry it: its JSON text. */
export function eventData(field: 'input' | 'output', value: Json): JsonObject {
  return { [field]: JSON.stringify(value), [`${field}Details`]: { truncated: false } }
}

function detailsName(type: string): string {
  const state = /State(Entered|Exited)$/.exec(type)
  if (state) return `state${state[1]}EventDetails`
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`
}

function withoutData(event: JsonObject): JsonObject {
  const hidden = new Set(['input', 'output', 'parameters', 'cause', 'error', 'assignedVariables'])
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => [
      key,
      key.endsWith('EventDetails') && isObject(value)
        ? Object.fromEntries(Object.entries(value).filter(([name]) => !hidden.has(name)))
        : value,
    ]),
  )
}
