import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type PlannedRequest, ticketSessions } from '../load/plan.ts'
import { runLoad } from '../load/run-load.ts'
import type { Target } from '../target.ts'
import { drained } from './measure-load.ts'
import { percentile } from './rounds.ts'

export interface RelaySettings {
  tickets: number
  /** Tickets are opened at this rate, however long each takes. */
  perSecond: number
}

/** The time from the commit of an event until a consumer has committed its effect, by their log lines. */
export interface RelayRow {
  consumer: string
  events: number
  p50Ms: number
  p99Ms: number
}

/** Opens tickets on a stack with its logs in files, and measures when each consumer was done with them. Throws when one misses an event. */
export async function measureRelay(
  target: Target,
  tokenFor: (request: PlannedRequest) => Promise<string>,
  { tickets, perSecond }: RelaySettings,
): Promise<RelayRow[]> {
  const sessions = ticketSessions(`relay-${Date.now().toString(36)}`, tickets)
  const sender = { apiUrl: target.apiUrl, tokenFor }
  const sinceMs = Date.now()
  await runLoad(sender, sessions, { copies: 1, arrivals: { sessionsPerSecond: perSecond }, onProgress: () => {} })
  await drained(target.store) // then all is in the queues
  const folder = join(target.dataDir, 'logs')
  for (const deadlineMs = Date.now() + timeoutMs; ; await setTimeout(pollMs)) {
    const lines = (await readLines(folder)).filter(({ atMs }) => atMs >= sinceMs)
    const rows = consumerDelays(lines)
    if (rows.length > 0 && rows.every(({ events }) => events === tickets)) return rows
    if (Date.now() > deadlineMs)
      throw new Error(`not every event of ${tickets} tickets was consumed: ${formatCounts(rows)}`)
  }
}

const pollMs = 500
const timeoutMs = 60_000

const formatCounts = (rows: readonly RelayRow[]) =>
  rows.map(({ consumer, events }) => `${consumer} ${events}`).join(', ')

/** A log line about an event. */
export interface EventLine {
  atMs: number
  message: string
  eventId: string
  /** The consumer, in a consumer's line. */
  consumer?: string
  outcome?: string
}

/** How long each consumer took for the events that it has applied. */
export function consumerDelays(lines: readonly EventLine[]): RelayRow[] {
  const committed = new Map(
    lines.filter(({ message }) => message === 'request succeeded').map(({ eventId, atMs }) => [eventId, atMs]),
  )
  const applied = lines.filter(({ outcome, eventId }) => outcome === 'applied' && committed.has(eventId))
  return [...Map.groupBy(applied, ({ consumer = '' }) => consumer)].map(([consumer, done]) => {
    const delaysMs = done.map(({ eventId, atMs }) => atMs - (committed.get(eventId) ?? atMs))
    return { consumer, events: done.length, p50Ms: percentile(50, delaysMs), p99Ms: percentile(99, delaysMs) }
  })
}

/** What functions have logged about events. */
async function readLines(folder: string): Promise<EventLine[]> {
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) =>
    text.split('\n').flatMap((line) => {
      if (!line.includes('"eventId"')) return []
      const { timestamp, ...facts } = JSON.parse(line.slice(line.indexOf('{'))) as EventLine & { timestamp: string }
      return [{ ...facts, atMs: Date.parse(timestamp) }]
    }),
  )
}
