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

  const lifted = { email, mailSuppressionLiftedAt: before }

  it.each([
    ['a day before', '2026-02-28T11:00:00.000Z'],
    ['in the same moment', before],
    ['in the same moment, written without milliseconds', '2026-03-01T11:00:00Z'],
  ])('changes nothing when an admin has allowed mail again and the address bounced %s', (_, happenedAt) => {
    given({ user: user(lifted) })
      .when(suppressMail, { ...bounce(email), happenedAt })
      .thenUnchanged(user(lifted))
  })

  it.each([
    ['bounces after that', '2026-03-01T11:00:00.001Z'],
    ['bounces at a time that is not told', undefined],
    ['bounces at a time that cannot be read', 'yesterday'],
  ])('stops mail again when an admin has allowed it and the address %s', (_, happenedAt) => {
    const suppressed = changedUser({ ...lifted, mailSuppressed: { why: 'bounce', at: now } })
    given({ user: user(lifted) })
      .when(suppressMail, { ...bounce(email), happenedAt })
      .thenChanged(
        { type: 'user.mail_suppressed', data: { why: 'bounce' } },
        [{ operation: 'put', entity: 'user', user: suppressed }],
        suppressed,
      )
  })

  it('does not find a user who does not exist', () => {
    given({}).when(suppressMail, bounce(email)).thenRefused({ why: 'not-found', what: 'user' })
  })
})
