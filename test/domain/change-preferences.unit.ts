import { describe, it } from 'vitest'
import { changePreferences } from '../../domain/change-preferences.ts'
import { agnes, changedUser, command, given, user } from './given.ts'

describe('changing preferences', () => {
  const inAppOnly = { inApp: true, email: false }
  const both = { inApp: true, email: true }

  it('stores the channels', () => {
    given({ user: user() })
      .when(changePreferences, command(agnes, { channels: inAppOnly }))
      .thenChanged(
        { type: 'user.preferences_changed', data: inAppOnly },
        [{ operation: 'put', entity: 'user', user: changedUser({ channels: inAppOnly }) }],
        changedUser({ channels: inAppOnly }),
      )
  })

  it('changes nothing when the channels are the same', () => {
    given({ user: user({ channels: inAppOnly }) })
      .when(changePreferences, command(agnes, { channels: inAppOnly }))
      .thenUnchanged(user({ channels: inAppOnly }))
  })

  it('changes nothing when a user without preferences asks for the default: both channels', () => {
    given({ user: user() })
      .when(changePreferences, command(agnes, { channels: both }))
      .thenUnchanged(user())
  })

  it('does not find a user who does not exist', () => {
    given({})
      .when(changePreferences, command(agnes, { channels: both }))
      .thenRefused({ why: 'not-found', what: 'user' })
  })
})
