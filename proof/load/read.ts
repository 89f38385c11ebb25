import type { Status } from '../../domain/ticket-status.ts'
import { fetchWhole } from '../fetch-whole.ts'
import { monotonicNowMs } from '../monotonic-clock.ts'
import type { Sender } from './send.ts'

/** A read of a load run. `consistentWith` is a write that the counts shall reflect. */
export type PlannedRead = { tenant: string } & (
  | { kind: 'ticket' | 'events' | 'comments'; ticketId: string }
  | { kind: 'list' }
  | { kind: 'counts'; consistentWith?: { ticketId: string; version: number } }
)

/** What an answer says. A list of events or comments is counted: its first page, and whether there are more. */
export type ReadAnswer =
  | ({ kind: 'ticket'; etag: number } & TicketFacts)
  | { kind: 'not-found' }
  | { kind: 'page'; count: number; more: boolean }
  | { kind: 'list'; items: ({ id: string } & TicketFacts)[] }
  | { kind: 'counts'; asOf: string | null; viewSequence: number }

export interface TicketFacts {
  version: number
  status: Status
  assignee: string | null
}

/** A read that was sent once. Times are epoch milliseconds, by the clock of the attempts. */
export interface ReadAttempt {
  read: PlannedRead
  startedAtMs: number
  endedAtMs: number
  /** Absent for an error or a broken connection, which say nothing of what is stored. */
  answer?: ReadAnswer
}

/** The most that a page may have. */
const pageSize = 100

/** Reads as an agent of the tenant, who may see every ticket. Never rejects. */
export async function sendRead(
  { apiUrl, tokenFor }: Pick<Sender, 'apiUrl' | 'tokenFor'>,
  read: PlannedRead,
): Promise<ReadAttempt> {
  const token = await tokenFor({ tenant: read.tenant, user: 'reader', role: 'agent' })
  const startedAtMs = monotonicNowMs()
  const answer = await ask(`${apiUrl}${pathOf(read)}`, token, read.kind).catch(() => undefined)
  return { read, startedAtMs, endedAtMs: monotonicNowMs(), ...(answer && { answer }) }
}

export function pathOf(read: PlannedRead): string {
  switch (read.kind) {
    case 'ticket':
      return `/tickets/${read.ticketId}`
    case 'events':
    case 'comments':
      return `/tickets/${read.ticketId}/${read.kind}?limit=${pageSize}`
    case 'list':
      return `/tickets?limit=${pageSize}`
    case 'counts': {
      const { ticketId, version } = read.consistentWith ?? {}
      return ticketId === undefined ? '/stats' : `/stats?consistentWith="${version}"&ticket=${ticketId}`
    }
    default:
      return read satisfies never
  }
}

async function ask(url: string, token: string, kind: PlannedRead['kind']): Promise<ReadAnswer | undefined> {
  const response = await fetchWhole(url, { headers: { Authorization: `Bearer ${token}` } })
  const body = JSON.parse(await response.text())
  if (response.status === 404 && String(body.type).endsWith('/not-found')) return { kind: 'not-found' }
  if (!response.ok) return undefined
  switch (kind) {
    case 'ticket':
      return { kind, etag: versionOf(response.headers.get('etag')), ...factsOf(body) }
    case 'events':
    case 'comments':
      return { kind: 'page', count: body.items.length, more: body.nextCursor !== undefined }
    case 'list':
      return {
        kind,
        items: body.items.map((item: { id: string } & TicketFacts) => ({ id: item.id, ...factsOf(item) })),
      }
    case 'counts':
      return { kind, asOf: body.asOf, viewSequence: Number(response.headers.get('x-view-sequence')) }
    default:
      return kind satisfies never
  }
}

export function factsOf({ version, status, assignee }: TicketFacts): TicketFacts {
  return { version, status, assignee }
}

/** The version in an ETag such as `"3"`; `NaN`, which equals nothing, without one. */
export function versionOf(etag: string | null): number {
  return etag === null ? Number.NaN : Number(etag.replaceAll('"', ''))
}
