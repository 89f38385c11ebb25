import type { Actor } from './actor.ts'
import type { Fact } from './event.ts'
import type { User } from './user.ts'

/** Registers a verified identity as a user. This is not a command: the first write of an unknown actor triggers it. */
export function registerUser(actor: Actor, at: string): { user: User; fact: Fact } {
  const user: User = {
    id: actor.id,
    role: actor.role,
    status: 'active',
    origin: 'self',
    version: 1,
    createdAt: at,
    updatedAt: at,
  }
  return { user, fact: { type: 'user.registered', data: { role: actor.role } } }
}
