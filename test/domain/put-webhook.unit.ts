import { describe, it } from 'vitest'
import type { TicketEventType } from '../../domain/event.ts'
import { putWebhook } from '../../domain/put-webhook.ts'
import { webhooksMax } from '../../domain/settings.ts'
import { ada, command, given, now, settings, webhook } from './given.ts'

const url = 'https://crm.example.com/in'
const events: TicketEventType[] = ['ticket.opened', 'ticket.comment_added']
const put = (input: object = {}) => ({
  ...command(ada, { name: 'crm', url, events, ...input }),
  secretBytes: Buffer.from('0123456789abcdef0123456789abcdef'),
})
const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const names = (count: number) => Array.from({ length: count }, (_, index) => `hook-${index}`)

describe('putting a webhook', () => {
  it('creates it with a secret made of the random bytes, and the first settings of the tenant', () => {
    const created = { name: 'crm', url, events, secret, since: 1, createdAt: now, updatedAt: now }
    given({})
      .when(putWebhook, put())
      .thenChanged(
        { type: 'settings.webhook_put', data: { name: 'crm', events } },
        [
          {
            operation: 'put',
            entity: 'settings',
            settings: {
              webhooks: ['crm'],
              subscriptions: [{ name: 'crm', since: 1, events, from: now }],
              version: 1,
              createdAt: now,
              updatedAt: now,
            },
          },
          { operation: 'put', entity: 'webhook', webhook: created },
        ],
        { webhook: created, version: 1, isNew: true },
      )
  })

  const before = { name: 'crm', since: webhook().since, events, from: webhook().createdAt }
  const assigned: TicketEventType[] = ['ticket.assigned']
  it.each([
    ['URL', { url: 'https://elsewhere.example.com/' }, [before]],
    [
      'events',
      { events: assigned },
      [
        { ...before, until: now },
        { ...before, events: assigned, from: now },
      ],
    ],
  ])('updates its %s and keeps its secret, age and identity', (_, change, subscriptions) => {
    const updated = webhook({ ...change, updatedAt: now })
    given({ settings: settings(['crm', 'erp']), webhook: webhook() })
      .when(putWebhook, put(change))
      .thenChanged(
        { type: 'settings.webhook_put', data: { name: 'crm', events: updated.events } },
        [
          {
            operation: 'put',
            entity: 'settings',
            settings: settings(['erp', 'crm'], { version: 5, updatedAt: now, subscriptions }),
          },
          { operation: 'put', entity: 'webhook', webhook: updated },
        ],
        { webhook: updated, version: 5, isNew: false },
      )
  })

  it.each([[events], [events.toReversed()]])('changes nothing for the same URL and events: %s', (same) => {
    given({ settings: settings(['crm']), webhook: webhook() })
      .when(putWebhook, put({ events: same }))
      .thenUnchanged({ webhook: webhook(), version: 4, isNew: false })
  })

  it.each([webhooksMax, webhooksMax + 5])(
    'is refused for a new webhook when the tenant has %s, as many as the limit or more',
    (count) => {
      given({ settings: settings(names(count)) })
        .when(putWebhook, put())
        .thenRefused({ why: 'too-many-webhooks', max: webhooksMax })
    },
  )

  it('updates a webhook of a tenant that has more than the limit', () => {
    const existing = webhook({ name: 'hook-0' })
    const updated = { ...existing, url: 'https://elsewhere.example.com/', updatedAt: now }
    const rest = names(webhooksMax + 5).slice(1)
    given({ settings: settings(['hook-0', ...rest]), webhook: existing })
      .when(putWebhook, put({ name: 'hook-0', url: updated.url }))
      .thenChanged(
        { type: 'settings.webhook_put', data: { name: 'hook-0', events } },
        [
          {
            operation: 'put',
            entity: 'settings',
            settings: settings([...rest, 'hook-0'], {
              version: 5,
              updatedAt: now,
              subscriptions: [{ ...before, name: 'hook-0' }],
            }),
          },
          { operation: 'put', entity: 'webhook', webhook: updated },
        ],
        { webhook: updated, version: 5, isNew: false },
      )
  })
})
