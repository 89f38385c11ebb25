import { describe, it } from 'vitest'
import { deactivateUser } from '../../domain/deactivate-user.ts'
import { ada, changedUser, command, given, user } from './given.ts'

describe('deactivating a user', () => {
  const agnes = { userId: 'agnes' }

  it('keeps the row, with the status deactivated', () => {
    const deactivated = changedUser({ status: 'deactivated' })
    given({ user: user() })
      .when(deactivateUser, command(ada, agnes))
      .thenChanged(
        { type: 'user.deactivated', data: {} },
        [{ operation: 'put', entity: 'user', user: deactivated }],
        deactivated,
      )
  })

  it('changes nothing for a deactivated user', () => {
    given({ user: user({ status: 'deactivated' }) })
      .when(deactivateUser, command(ada, agnes))
      .thenUnchanged(user({ status: 'deactivated' }))
  })

  it('does not find a user who does not exist', () => {
    given({}).when(deactivateUser, command(ada, agnes)).thenRefused({ why: 'not-found', what: 'user' })
  })
})
