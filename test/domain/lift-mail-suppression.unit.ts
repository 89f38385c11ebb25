import { describe, it } from 'vitest'
import { liftMailSuppression } from '../../domain/lift-mail-suppression.ts'
import { ada, before, changedUser, command, given, now, user } from './given.ts'

describe('lifting a mail suppression', () => {
  const agnes = { userId: 'agnes' }
  const email = 'agnes@example.com'

  it.each(['bounce', 'complaint'] as const)('allows mail again, and keeps when and why: %s', (why) => {
    const lifted = changedUser({ email, mailSuppressionLiftedAt: now })
    given({ user: user({ email, mailSuppressed: { why, at: before } }) })
      .when(liftMailSuppression, command(ada, agnes))
      .thenChanged(
        { type: 'user.mail_suppression_lifted', data: { why } },
        [{ operation: 'put', entity: 'user', user: lifted }],
        lifted,
      )
  })

  it.each([
    ['was never suppressed', user({ email })],
    ['has no address', user()],
    ['was allowed again before', user({ email, mailSuppressionLiftedAt: before })],
  ])('changes nothing for a user whose mail %s', (_, current) => {
    given({ user: current }).when(liftMailSuppression, command(ada, agnes)).thenUnchanged(current)
  })

  it('does not find a user who does not exist', () => {
    given({}).when(liftMailSuppression, command(ada, agnes)).thenRefused({ why: 'not-found', what: 'user' })
  })
})
