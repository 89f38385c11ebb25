import { setTimeout } from 'node:timers/promises'
import type { Evidence } from '../check/evidence.ts'
import { fetchWhole } from '../fetch-whole.ts'
import { factsOf, type TicketFacts } from './read.ts'
import type { LoadRun } from './run-load.ts'
import type { Sender } from './send.ts'

/** What a ticket is in the truth. */
export type StoredTicket = TicketFacts & { id: string; tenant: string; openedAt: string }

/** An index lags by moments. After this long without a write, one that still does would not catch up. */
const lagMsMax = 30_000
const pollMs = 500

/**
 * Waits until the lists show the tickets of the run as they are stored, and returns a line for each that they do not after `lagMs`.
 * Everything else must have ended: a ticket that still changes is never caught up with.
 */
export async function untilListed(
  sender: Pick<Sender, 'apiUrl' | 'tokenFor'>,
  { results }: Pick<LoadRun, 'results'>,
  stored: readonly StoredTicket[],
  lagMs = lagMsMax,
): Promise<string[]> {
  const opened = new Set(results.flatMap(({ request, body }) => (isOpening(request) ? String(body?.id) : [])))
  const byTenant = Map.groupBy(
    stored.filter(({ id }) => opened.has(id)),
    ({ tenant }) => tenant,
  )
  const deadlineMs = performance.now() + lagMs
  for (;;) {
    const lagging = (await Promise.all([...byTenant].map((tickets) => laggingOf(sender, ...tickets)))).flat()
    if (lagging.length === 0 || performance.now() > deadlineMs) return lagging
    await setTimeout(pollMs)
  }
}

/** The tickets in the evidence. */
export function storedTickets({ tickets }: Pick<Evidence, 'tickets'>): StoredTicket[] {
  return tickets.map(({ tenant, value: { assignee = null, ...ticket } }) => ({ ...ticket, assignee, tenant }))
}

const isOpening = ({ operation }: { operation: string }) => operation === 'POST /tickets'

async function laggingOf(
  sender: Pick<Sender, 'apiUrl' | 'tokenFor'>,
  tenant: string,
  tickets: readonly StoredTicket[],
): Promise<string[]> {
  const oldest = tickets.reduce((oldest, { openedAt }) => (openedAt < oldest ? openedAt : oldest), '9')
  const listed = await listSince(sender, tenant, oldest)
  return tickets.flatMap((ticket) => {
    const expected = JSON.stringify(factsOf(ticket))
    const shown = listed.get(ticket.id)
    if (shown === expected) return []
    return [`the list of ${tenant} shows ${shown ?? 'nothing'} for ticket ${ticket.id}, which is ${expected}`]
  })
}

/** All pages, newest first, down to the tickets that were opened at this time: their facts by their ids. */
async function listSince(
  { apiUrl, tokenFor }: Pick<Sender, 'apiUrl' | 'tokenFor'>,
  tenant: string,
  openedAt: string,
): Promise<Map<string, string>> {
  const headers = { Authorization: `Bearer ${await tokenFor({ tenant, user: 'reader', role: 'agent' })}` }
  const listed = new Map<string, string>()
  let cursor: string | undefined
  do {
    const page = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const response = await fetchWhole(`${apiUrl}/tickets?limit=100${page}`, { headers })
    // Throttled, or the target is busy: what is missing is asked for again.
    if (!response.ok) return listed
    const { items, nextCursor } = (await response.json()) as { items: StoredTicket[]; nextCursor?: string }
    for (const item of items) listed.set(item.id, JSON.stringify(factsOf(item)))
    cursor = (items.at(-1)?.openedAt ?? '') < openedAt ? undefined : nextCursor
  } while (cursor !== undefined)
  return listed
}
