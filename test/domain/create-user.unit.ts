import { describe, it } from 'vitest'
import { createUser } from '../../domain/create-user.ts'
import { ada, before, command, given, now, user } from './given.ts'

describe('creating a user', () => {
  const agnes = { id: 'agnes', role: 'agent' as const, name: 'Agnes', email: 'agnes@example.com' }
  const created = { ...agnes, status: 'active', origin: 'admin', version: 1, createdAt: now, updatedAt: now } as const

  it('stores the user and reserves the e-mail address; the event contains neither name nor address', () => {
    given({})
      .when(createUser, command(ada, agnes))
      .thenChanged(
        { type: 'user.created', data: { role: 'agent', hasName: true, hasEmail: true } },
        [
          { operation: 'put', entity: 'user', user: created },
          { operation: 'put', entity: 'email', email: 'agnes@example.com', userId: 'agnes' },
        ],
        created,
      )
  })

  it('reserves no address for a user without one', () => {
    const { name: _, email: __, ...plain } = created
    given({})
      .when(createUser, command(ada, { id: 'agnes', role: 'agent' as const }))
      .thenChanged(
        { type: 'user.created', data: { role: 'agent', hasName: false, hasEmail: false } },
        [{ operation: 'put', entity: 'user', user: plain }],
        plain,
      )
  })

  it('completes a user who registered by a first write: role and name change, preferences stay', () => {
    const channels = { inApp: true, email: false }
    const registered = user({ origin: 'self', role: 'customer', version: 1, channels })
    const completed = { ...created, channels, version: 2, createdAt: before }
    given({ user: registered })
      .when(createUser, command(ada, agnes))
      .thenChanged(
        { type: 'user.created', data: { role: 'agent', hasName: true, hasEmail: true } },
        [
          { operation: 'put', entity: 'user', user: completed },
          { operation: 'put', entity: 'email', email: 'agnes@example.com', userId: 'agnes' },
        ],
        completed,
      )
  })

  it('does not reserve an address again that the user already has', () => {
    given({ emailOwner: { userId: 'agnes' } })
      .when(createUser, command(ada, agnes))
      .thenChanged(
        { type: 'user.created', data: { role: 'agent', hasName: true, hasEmail: true } },
        [{ operation: 'put', entity: 'user', user: created }],
        created,
      )
  })

  it('is refused for a user whom an admin created before', () => {
    given({ user: user() }).when(createUser, command(ada, agnes)).thenRefused({ why: 'user-exists', userId: 'agnes' })
  })

  it('is refused for a deactivated user', () => {
    given({ user: user({ origin: 'self', status: 'deactivated' }) })
      .when(createUser, command(ada, agnes))
      .thenRefused({ why: 'user-deactivated' })
  })

  it('is refused when another user has the e-mail address', () => {
    given({ emailOwner: { userId: 'alan' } })
      .when(createUser, command(ada, agnes))
      .thenRefused({ why: 'email-taken' })
  })
})
