import { describe, it } from 'vitest'
import { removeWebhook } from '../../domain/remove-webhook.ts'
import { ada, command, given, now, settings, webhook } from './given.ts'

describe('removing a webhook', () => {
  it('deletes it with its secret and takes it off the settings', () => {
    const { since, events, createdAt: from } = webhook()
    const subscriptions = [{ name: 'crm', since, events, from, until: now }]
    given({ settings: settings(['crm', 'erp']), webhook: webhook() })
      .when(removeWebhook, command(ada, { name: 'crm' }))
      .thenChanged(
        { type: 'settings.webhook_removed', data: { name: 'crm' } },
        [
          {
            operation: 'put',
            entity: 'settings',
            settings: settings(['erp'], { version: 5, updatedAt: now, subscriptions }),
          },
          { operation: 'delete', entity: 'webhook', name: 'crm' },
        ],
        { name: 'crm', removedAt: now, version: 5 },
      )
  })

  it.each([
    ['a tenant without settings', {}],
    ['a tenant with other webhooks', { settings: settings(['erp']) }],
  ])('does not find it in %s', (_, state) => {
    given(state)
      .when(removeWebhook, command(ada, { name: 'crm' }))
      .thenRefused({ why: 'not-found', what: 'webhook' })
  })
})
