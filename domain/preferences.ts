import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import { type Channels, defaultChannels, normalizeEmail, type Suppression, type User } from './user.ts'

export interface ChangePreferences extends CommandMetadata {
  channels: Channels
}

/** CommandMetadata which channels one wants to hear of tickets; holds for what is sent from then on. */
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

export interface SuppressMail extends CommandMetadata {
  /** The addresses that mail came back from, in any case. */
  emails: string[]
  why: Suppression
}

/** Sends no more mail to an address that mail came back from. One that the person no longer has is left alone. */
export function suppressMail({ user }: { user?: User | undefined }, { emails, why, at }: SuppressMail): Decision<User> {
  if (!user) return refused({ why: 'not-found', what: 'user' })
  const { email, mailSuppressed } = user
  const isTheirs = email !== undefined && emails.some((each) => normalizeEmail(each) === normalizeEmail(email))
  if (!isTheirs || mailSuppressed) return unchanged(user)
  const suppressed: User = { ...user, mailSuppressed: { why, at }, version: user.version + 1, updatedAt: at }
  return changed(
    { type: 'user.mail_suppressed', data: { why } },
    [{ operation: 'put', entity: 'user', user: suppressed }],
    suppressed,
  )
}
