import { describe, expect, it } from 'vitest'
import type { Fact, TicketEventType } from '../../domain/event.ts'
import { subscribedWebhooks } from '../../domain/subscribed-webhooks.ts'
import { history } from './given.ts'

const put = (name: string, ...events: TicketEventType[]): Fact => ({
  type: 'settings.webhook_put',
  data: { name, events },
})
const removed = (name: string): Fact => ({ type: 'settings.webhook_removed', data: { name } })

/** One event a minute, from 11:00 on. */
const settings = history({ type: 'settings', id: 'tenant' }, [
  put('crm', 'ticket.opened'),
  put('erp', 'ticket.opened', 'ticket.assigned'),
  put('crm', 'ticket.assigned'),
  removed('erp'),
  put('erp', 'ticket.opened'),
])
const crm = { name: 'crm', since: 1 }
const erp = { name: 'erp', since: 2 }
const erpAgain = { name: 'erp', since: 5 }

describe('the webhooks that receive an event', () => {
  it.each([
    ['ticket.opened', '10:59', []],
    ['ticket.opened', '11:00', [crm]],
    ['ticket.opened', '11:01', [crm, erp]],
    ['ticket.opened', '11:02', [erp]],
    ['ticket.assigned', '11:02', [crm, erp]],
    ['ticket.assigned', '11:03', [crm]],
    ['ticket.opened', '11:05', [erpAgain]],
    ['ticket.comment_added', '11:05', []],
  ])('are those subscribed to its type at that time, whatever has changed since: %s at %s', (type, at, expected) => {
    expect(subscribedWebhooks(type, `2026-03-01T${at}:00.000Z`, settings)).toEqual(expected)
  })

  it('are none without settings', () => {
    expect(subscribedWebhooks('ticket.opened', '2026-03-01T11:00:00.000Z', [])).toEqual([])
  })
})
