import { describe, it } from 'vitest'
import { holdsMax } from '../../domain/hold.ts'
import { putHold } from '../../domain/put-hold.ts'
import { releaseHold } from '../../domain/release-hold.ts'
import { ada, before, command, given, now, settings } from './given.ts'

const onScanner = { dependency: 'scanner', since: before, by: 'root', reason: 'It finds nothing.' }
const onMail = { dependency: 'mail', since: now, by: 'ada', reason: 'Down.' }

describe('putting a hold', () => {
  it('adds it to those of the tenant, with who holds it and why', () => {
    given({ settings: settings([]), holds: { holds: [onScanner] } })
      .when(putHold, command(ada, { dependency: 'mail', reason: 'Down.' }))
      .thenChanged(
        { type: 'settings.hold_put', data: { dependency: 'mail' } },
        [
          { operation: 'put', entity: 'settings', settings: settings([], { version: 5, updatedAt: now }) },
          { operation: 'put', entity: 'holds', holds: { holds: [onScanner, onMail] } },
        ],
        { hold: onMail, version: 5, isNew: true },
      )
  })

  it('is possible in a tenant that has no settings yet', () => {
    const { reason: _, ...hold } = onMail
    given({})
      .when(putHold, command(ada, { dependency: 'mail' }))
      .thenChanged(
        { type: 'settings.hold_put', data: { dependency: 'mail' } },
        [
          {
            operation: 'put',
            entity: 'settings',
            settings: { webhooks: [], subscriptions: undefined, version: 1, createdAt: now, updatedAt: now },
          },
          { operation: 'put', entity: 'holds', holds: { holds: [hold] } },
        ],
        { hold, version: 1, isNew: true },
      )
  })

  it('leaves one that is there as it is, whoever asks again and why', () => {
    given({ settings: settings([]), holds: { holds: [onScanner] } })
      .when(putHold, command(ada, { dependency: 'scanner', reason: 'Another.' }))
      .thenUnchanged({ hold: onScanner, version: 4, isNew: false })
  })

  it('is refused for a webhook that the tenant does not have: a misspelt name would hold nothing', () => {
    given({ settings: settings(['crm']) })
      .when(putHold, command(ada, { dependency: 'webhook:cmr' }))
      .thenRefused({ why: 'not-found', what: 'webhook' })
  })

  it('is refused when there are too many', () => {
    const holds = Array.from({ length: holdsMax }, (_, number) => ({ ...onScanner, dependency: `webhook:${number}` }))
    given({ settings: settings([]), holds: { holds } })
      .when(putHold, command(ada, { dependency: 'mail' }))
      .thenRefused({ why: 'too-many-holds', max: holdsMax })
  })
})

describe('releasing a hold', () => {
  it('takes it from those of the tenant, and no other', () => {
    given({ settings: settings([]), holds: { holds: [onScanner, onMail] } })
      .when(releaseHold, command(ada, { dependency: 'scanner' }))
      .thenChanged(
        { type: 'settings.hold_released', data: { dependency: 'scanner' } },
        [
          { operation: 'put', entity: 'settings', settings: settings([], { version: 5, updatedAt: now }) },
          { operation: 'put', entity: 'holds', holds: { holds: [onMail] } },
        ],
        { dependency: 'scanner', version: 5 },
      )
  })

  it('does not find what is not held', () => {
    given({})
      .when(releaseHold, command(ada, { dependency: 'mail' }))
      .thenRefused({ why: 'not-found', what: 'hold' })
    given({ settings: settings([]), holds: { holds: [onScanner] } })
      .when(releaseHold, command(ada, { dependency: 'mail' }))
      .thenRefused({ why: 'not-found', what: 'hold' })
  })

  it('is possible for a webhook that has been removed since', () => {
    const held = { dependency: 'webhook:crm', since: before, by: 'ada' }
    given({ settings: settings([]), holds: { holds: [held] } })
      .when(releaseHold, command(ada, { dependency: 'webhook:crm' }))
      .thenChanged(
        { type: 'settings.hold_released', data: { dependency: 'webhook:crm' } },
        [
          { operation: 'put', entity: 'settings', settings: settings([], { version: 5, updatedAt: now }) },
          { operation: 'put', entity: 'holds', holds: { holds: [] } },
        ],
        { dependency: 'webhook:crm', version: 5 },
      )
  })
})
