import { aggregateKey } from '../../tables/keys.ts'
import type { Invariant } from './invariant.ts'

const consumer = 'unassign-tickets'

export const nobodyWhoLeftHasTickets: Invariant = {
  number: 28,
  promise: 'no ticket that is not closed stays with a deactivated user, once the consumer that unassigns has seen both',
  violations({ tickets, users, checkpoints }) {
    const marks = new Map(checkpoints.map(({ pk, is }) => [`${pk} ${is.consumer}`, is.appliedSeq]))
    // What is yet to be delivered is invariant 6's to tell.
    const hasSeen = (pk: string, version: number) => (marks.get(`${pk} ${consumer}`) ?? 0) >= version
    const left = new Map(users.filter(({ is }) => is.status === 'deactivated').map(({ pk, is }) => [pk, is]))
    return tickets.flatMap(({ pk, tenant, is: ticket }) => {
      if (!ticket.assignee || ticket.status === 'closed') return []
      const userPk = aggregateKey(tenant, { type: 'user', id: ticket.assignee })
      const user = left.get(userPk)
      return user && hasSeen(userPk, user.version) && hasSeen(pk, ticket.version)
        ? [{ subject: pk, what: `is still with ${ticket.assignee}, who was deactivated` }]
        : []
    })
  },
}
