import { describe, expect, it } from 'vitest'
import { signingSecret, WebhookEvents } from '../../domain/webhook.ts'

describe('the events of a webhook', () => {
  it.each([[['ticket.opened']], [['ticket.opened', 'ticket.status_changed', 'ticket.attachment_added']]])(
    'are %j',
    (events) => {
      expect(WebhookEvents.safeParse(events).success).toBe(true)
    },
  )

  it.each([[[]], [['ticket.opened', 'ticket.opened']], [['user.created']], [['ticket.vanished']]])(
    'are not %j',
    (events) => {
      expect(WebhookEvents.safeParse(events).success).toBe(false)
    },
  )
})

describe('a signing secret', () => {
  it('is the key in base64 after the prefix of Standard Webhooks', () => {
    expect(signingSecret(Uint8Array.from([0xfb, 0xff, 0xfe]))).toBe('whsec_+//+')
  })
})
