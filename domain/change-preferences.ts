import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import { type Channels, defaultChannels, type User } from './user.ts'

export interface ChangePreferences extends CommandMetadata {
  channels: Channels
}

/** Sets the channels by which a user is notified. Applies to notifications sent from then on. */
export function changePreferences(
  { user }: { user?: User | undefined },
  { channels, at }: ChangePreferences,
): Decision<User> {
  if (!user) return refused({ why: 'not-found', what: 'user' })
  const { inApp, email } = user.channels ?? defaultChannels
  if (inApp === channels.inApp && email === channels.email) return unchanged(user)
  const changedUser: User = { ...user, channels, version: user.version + 1, updatedAt: at }
  return changed(
    { type: 'user.preferences_changed', data: channels },
    [{ operation: 'put', entity: 'user', user: changedUser }],
    changedUser,
  )
}
