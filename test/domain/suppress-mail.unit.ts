import { describe, it } from 'vitest'
import { systemActor } from '../../domain/actor.ts'
import { suppressMail } from '../../domain/suppress-mail.ts'
import { before, changedUser, command, given, now, user } from './given.ts'

describe('suppressing mail', () => {
  const email = 'Agnes@Example.com'
  const bounce = (...emails: string[]) => command(systemActor, { emails, why: 'bounce' as const })

  it.each(['Agnes@Example.com', 'agnes@example.com'])(
    'stops mail to a user whose address bounced, in any case: %s',
    (bounced) => {
      const suppressed = changedUser({ email, mailSuppressed: { why: 'bounce', at: now } })
      given({ user: user({ email }) })
        .when(suppressMail, bounce('other@example.com', bounced))
        .thenChanged(
          { type: 'user.mail_suppressed', data: { why: 'bounce' } },
          [{ operation: 'put', entity: 'user', user: suppressed }],
          suppressed,
        )
    },
  )

  it.each([
    ['another address', user({ email: 'new@example.com' })],
    ['no address', user()],
    ['suppressed mail already', user({ email, mailSuppressed: { why: 'complaint', at: before } })],
  ])('changes nothing for a user with %s', (_, current) => {
    given({ user: current }).when(suppressMail, bounce(email)).thenUnchanged(current)
  })

  it('does not find a user who does not exist', () => {
    given({}).when(suppressMail, bounce(email)).thenRefused({ why: 'not-found', what: 'user' })
  })
})
