import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { User } from './user.ts'

export interface LiftMailSuppression extends CommandMetadata {
  userId: string
}

/** Lets mail be sent to a user's address again. What bounced before then no longer counts; a later bounce suppresses the address again. */
export function liftMailSuppression(
  { user }: { user?: User | undefined },
  { at }: LiftMailSuppression,
): Decision<User> {
  if (!user) return refused({ why: 'not-found', what: 'user' })
  const { mailSuppressed, ...others } = user
  if (!mailSuppressed) return unchanged(user)
  const lifted: User = { ...others, mailSuppressionLiftedAt: at, version: user.version + 1, updatedAt: at }
  return changed(
    { type: 'user.mail_suppression_lifted', data: { why: mailSuppressed.why } },
    [{ operation: 'put', entity: 'user', user: lifted }],
    lifted,
  )
}
