import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import { normalizeEmail, type Suppression, type User } from './user.ts'

export interface SuppressMail extends CommandMetadata {
  /** The addresses that bounced or complained, in any case. */
  emails: string[]
  why: Suppression
  /** When the mail service learned of it, if it says so. A notification may be delivered days later. */
  happenedAt?: string | undefined
}

/**
 * Stops e-mail to a user whose address bounced or complained. Changes nothing when the user has another address by now, or when an
 * admin has allowed mail again since.
 */
export function suppressMail(
  { user }: { user?: User | undefined },
  { emails, why, happenedAt, at }: SuppressMail,
): Decision<User> {
  if (!user) return refused({ why: 'not-found', what: 'user' })
  const { email, mailSuppressed } = user
  const isAffected =
    email !== undefined && emails.some((affected) => normalizeEmail(affected) === normalizeEmail(email))
  if (!isAffected || mailSuppressed || isForgiven(user, happenedAt)) return unchanged(user)
  const suppressed: User = { ...user, mailSuppressed: { why, at }, version: user.version + 1, updatedAt: at }
  return changed(
    { type: 'user.mail_suppressed', data: { why } },
    [{ operation: 'put', entity: 'user', user: suppressed }],
    suppressed,
  )
}

function isForgiven({ mailSuppressionLiftedAt }: User, happenedAt: string | undefined): boolean {
  if (mailSuppressionLiftedAt === undefined || happenedAt === undefined) return false
  return Date.parse(happenedAt) <= Date.parse(mailSuppressionLiftedAt)
}
