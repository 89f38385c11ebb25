import type { Role } from './user.ts'

/** Who acts, according to the verified token. The role authorizes; the user row only decides who can be assigned. */
export interface Actor {
  id: string
  role: Role
}

/** The actor of writes that the system makes in reaction to an event. No token can carry this id, because `sub` is validated. */
export const systemActor: Actor = { id: 'steadfast:system', role: 'admin' }

/** Customers see only the tickets they requested; agents and admins see every ticket of their tenant. */
export function maySee(actor: Actor, ticket: { requester: string }): boolean {
  return actor.role !== 'customer' || actor.id === ticket.requester
}
