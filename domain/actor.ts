import type { Role } from './user.ts'

/** Who acts, as the verified token says. The role authorizes; the user row only says who may be assigned. */
export interface Actor {
  id: string
  role: Role
}

/** The id under which the system itself acts: healing writes that follow from an event. No token can carry it (`sub` is checked). */
export const systemActor: Actor = { id: 'steadfast:system', role: 'admin' }

/** Customers see and requireChangeable their own tickets, agents and admins those of their tenant. */
export function maySee(actor: Actor, ticket: { requester: string }): boolean {
  return actor.role !== 'customer' || actor.id === ticket.requester
}
