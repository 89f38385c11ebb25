import { describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../domain/event.ts'
import { endpointsFor } from '../../proof/check/webhooks.ts'

const tenant = 'acme'

describe('the endpoints that an event must be sent to', () => {
  it('are those that were subscribed to it long before', () => {
    expect(required('12:00:00', [put('11:00:00')])).toEqual(['crm'])
    expect(required('12:00:00', [put('11:00:00'), removed('12:01:00')])).toEqual(['crm'])
    expect(required('12:00:00', [put('11:00:00'), removed('11:59:00')])).toEqual([])
  })

  it('are not those that were removed and put again about when it was recorded', () => {
    const changes = [put('11:00:00'), removed('12:00:00'), put('12:00:01')]
    expect(required('12:00:00', changes)).toEqual([])
    expect(allowed('12:00:00', changes)).toEqual(['crm'])
    expect(required('12:01:00', changes)).toEqual(['crm'])
  })

  it('are not those whose removal was requested before, and recorded long after', () => {
    const changes = [put('11:00:00'), removed('12:00:30', { requestedAt: '12:00:00' })]
    expect(required('12:00:15', changes)).toEqual([])
    expect(allowed('12:00:15', changes)).toEqual(['crm'])
  })
})

const required = (at: string, changes: DomainEvent[]) => endpointsAt(at, changes).required
const allowed = (at: string, changes: DomainEvent[]) => endpointsAt(at, changes).allowed

function endpointsAt(at: string, changes: DomainEvent[]) {
  const event = { tenant, type: 'ticket.opened', recordedAt: timeOf(at) } as DomainEvent
  const settings = changes.map((change, index) => ({ ...change, seq: index + 1 }))
  return endpointsFor(event, { events: new Map([['TENANT#acme#SETTINGS#tenant', settings]]) })
}

function put(at: string): DomainEvent {
  const data = { name: 'crm', events: ['ticket.opened'] }
  return { type: 'settings.webhook_put', data, occurredAt: timeOf(at), recordedAt: timeOf(at) } as DomainEvent
}

function removed(at: string, { requestedAt = at } = {}): DomainEvent {
  const times = { occurredAt: timeOf(requestedAt), recordedAt: timeOf(at) }
  return { type: 'settings.webhook_removed', data: { name: 'crm' }, ...times } as DomainEvent
}

function timeOf(at: string): string {
  return `2026-03-02T${at}.000Z`
}
