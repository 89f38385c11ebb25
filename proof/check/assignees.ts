import { aggregateKey } from '../../tables/keys.ts'
import type { Invariant } from './invariant.ts'

const consumer = 'unassign-tickets'

export const deactivatedUsersHoldNoTickets: Invariant = {
  number: 28,
  promise:
    'No ticket that is not closed stays assigned to a deactivated user, once the consumer that unassigns has applied both.',
  violations({ tickets, users, checkpoints }) {
    const appliedSeqs = new Map(checkpoints.map(({ pk, value }) => [`${pk} ${value.consumer}`, value.appliedSeq]))
    // Invariant 6 reports what has not been delivered yet.
    const hasApplied = (pk: string, version: number) => (appliedSeqs.get(`${pk} ${consumer}`) ?? 0) >= version
    const deactivated = new Map(
      users.filter(({ value }) => value.status === 'deactivated').map(({ pk, value }) => [pk, value]),
    )
    return tickets.flatMap(({ pk, tenant, value: ticket }) => {
      if (!ticket.assignee || ticket.status === 'closed') return []
      const userPk = aggregateKey(tenant, { type: 'user', id: ticket.assignee })
      const user = deactivated.get(userPk)
      return user && hasApplied(userPk, user.version) && hasApplied(pk, ticket.version)
        ? [{ subject: pk, problem: `is still assigned to ${ticket.assignee}, who is deactivated` }]
        : []
    })
  },
}
