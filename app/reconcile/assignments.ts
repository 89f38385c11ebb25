import { elapsedMs } from '../../domain/clock.ts'
import { readRow } from '../../tables/read-row.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'
import { aggregateHeaderOf } from '../aggregate-header.ts'
import { unassignDeactivated } from '../consumers/unassign-tickets.ts'
import type { Detector } from './drift.ts'

/**
 * Open tickets of deactivated users. The consumer that unassigns them finds them by an index, which may lag behind an assignment; here the
 * ticket itself tells. It is unassigned as that consumer does it: by an event of the system's.
 */
export const assignmentsDetector: Detector = {
  kind: 'assignments',
  async suspects(deps, row) {
    const { store, runtime, inFlightMsMax } = deps
    const header = aggregateHeaderOf(row)
    if (header?.aggregate.type !== 'ticket') return []
    const { tenant, aggregate, subject } = header
    const ticket = await readRow(store, ticketRow(tenant, aggregate.id))
    if (!ticket?.assignee || ticket.status === 'closed') return []
    const { assignee: userId, version } = ticket
    const user = await readRow(store, userRow(tenant, userId))
    if (!user || user.status === 'active') return []
    const since = user.updatedAt > ticket.updatedAt ? user.updatedAt : ticket.updatedAt
    if (elapsedMs(since, runtime.now()) < inFlightMsMax) return []
    return [
      {
        kind: 'assignments',
        subject,
        mark: `${userId} ${version}`,
        problem: 'is open, and assigned to a user who is deactivated',
        since,
        async heal(deadlineMs) {
          const trace = { correlationId: runtime.newId() }
          const derivedFrom = ['reconcile', aggregate.id, String(version)]
          await unassignDeactivated(
            { store, runtime, deadlineMs },
            { tenant, ticketId: aggregate.id, userId, derivedFrom, trace },
          )
          return `unassigned by an event of the system (correlation ${trace.correlationId})`
        },
        handOver: `assign it to somebody else (PUT /tickets/${aggregate.id}/assignee)`,
      },
    ]
  },
}
