import type { CommandMetadata } from './command-metadata.ts'
import { type Change, changed, type Decision, refused } from './decision.ts'
import type { Role, User } from './user.ts'

export interface CreateUser extends CommandMetadata {
  id: string
  role: Role
  name?: string | undefined
  email?: string | undefined
}

export interface CreateUserState {
  user?: User | undefined
  /** The user who has this e-mail address, if anyone does. */
  emailOwner?: { userId: string } | undefined
}

/** Creates a user, or completes one who registered by a first write. An e-mail address belongs to at most one user of a tenant. */
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
