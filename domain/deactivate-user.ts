import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { User } from './user.ts'

export interface DeactivateUser extends CommandMetadata {
  userId: string
}

/** Deactivates a user, who can no longer write or be assigned. The row and its history stay. */
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
