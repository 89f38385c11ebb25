import { isDeepStrictEqual } from 'node:util'
import type { DomainEvent } from './event.ts'
import { foldTicket } from './fold-ticket.ts'
import { priorityHistory } from './priority-history.ts'
import type { Ticket } from './ticket.ts'

/**
 * What a ticket's header and its followers have that the fold of its events does not: empty when they agree. Each reads as the predicate
 * of a sentence about the ticket.
 */
export function headerDrift(ticket: Ticket, followerIds: readonly string[], history: readonly DomainEvent[]): string[] {
  const { id: _, title: __, eventHash: ___, followerCount = 0, priorityScale, ...header } = ticket
  try {
    const facts = foldTicket(history)
    const scale = priorityHistory(history).at(-1)
    const stored = { ...header, followers: followerIds.toSorted() }
    const folded = { ...facts, followers: facts?.followers.toSorted() }
    const names = [...new Set([...Object.keys(stored), ...Object.keys(folded)])] as (keyof typeof stored)[]
    // A ticket that is older than the count may have more.
    if (followerCount > followerIds.length) return [`counts ${followerCount} followers and has ${followerIds.length}`]
    const differing: string[] = names.filter((name) => JSON.stringify(stored[name]) !== JSON.stringify(folded[name]))
    // Absent until a migration fills it.
    if (priorityScale && !isDeepStrictEqual(priorityScale, scale)) differing.push('priorityScale')
    return differing.map((name) => `differs from the fold of its events in "${name}"`)
  } catch (error) {
    return [`has events that cannot be folded: ${(error as Error).message}`]
  }
}
