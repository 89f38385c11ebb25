import type { Actor } from './actor.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { type Change, changed, type Decision, refused, unchanged } from './decision.ts'
import type { Fact } from './event.ts'
import type { Role, User } from './user.ts'

/** A verified identity that writes for the first time becomes a user. */
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

export interface CreateUser extends CommandMetadata {
  id: string
  role: Role
  name?: string | undefined
  email?: string | undefined
}

export interface CreateUserState {
  user?: User | undefined
  /** Whose e-mail address it is, if anyone's. */
  emailOwner?: { userId: string } | undefined
}

/** Brings a user into being, or completes one who registered itself. An e-mail address belongs to one user of a tenant. */
export function createUser(
  { user, emailOwner }: CreateUserState,
  { id, role, name, email, at }: CreateUser,
): Decision<User> {
  if (user && user.origin === 'admin') return refused({ why: 'user-exists', userId: id })
  if (user?.status === 'deactivated') return refused({ why: 'user-deactivated' })
  if (email && emailOwner && emailOwner.userId !== id) return refused({ why: 'email-taken' })
  const created: User = {
    id,
    role,
    status: 'active',
    origin: 'admin',
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(user?.channels && { channels: user.channels }),
    version: (user?.version ?? 0) + 1,
    createdAt: user?.createdAt ?? at,
    updatedAt: at,
  }
  const changes: Change[] = [{ operation: 'put', entity: 'user', user: created }]
  if (email && !emailOwner) changes.push({ operation: 'put', entity: 'email', email, userId: id })
  const data = { role, hasName: name !== undefined, hasEmail: email !== undefined }
  return changed({ type: 'user.created', data }, changes, created)
}

export interface DeactivateUser extends CommandMetadata {
  userId: string
}

/** A deactivated user keeps its row and history; it can't write or be assigned any more. */
export function deactivateUser({ user }: { user?: User | undefined }, { at }: DeactivateUser): Decision<User> {
  if (!user) return refused({ why: 'not-found', what: 'user' })
  if (user.status === 'deactivated') return unchanged(user)
  const deactivated: User = { ...user, status: 'deactivated', version: user.version + 1, updatedAt: at }
  return changed(
    { type: 'user.deactivated', data: {} },
    [{ operation: 'put', entity: 'user', user: deactivated }],
    deactivated,
  )
}
