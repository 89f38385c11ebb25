import { describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../domain/event.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { commit } from '../../tables/commit.ts'
import { eventRow } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { allRows } from '../fixtures/dump.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'

const at = '2025-06-01T12:00:00.000Z'

function change(title: string, version: number) {
  const ticket: Ticket = {
    id: 't',
    title,
    status: 'open',
    priority: 'normal',
    requester: 'carla',
    version,
    openedAt: at,
    updatedAt: at,
  }
  const event: DomainEvent = {
    id: `event-${title}`,
    type: 'ticket.opened',
    data: { priority: 'normal', requester: 'carla', messageId: 'm' },
    tenant: 'acme',
    aggregate: { type: 'ticket', id: 't' },
    seq: version,
    actor: 'carla',
    occurredAt: at,
    recordedAt: at,
    correlationId: 'c',
  }
  return { tenant: 'acme', changes: [{ operation: 'put' as const, entity: 'ticket' as const, ticket }], event }
}

const { table: events, key: second } = eventRow('acme', { type: 'ticket', id: 't' }, 2)

describe('a lost update', () => {
  it('is refused by the header alone, even if its event were missing from the log', async () => {
    const store = new MemoryStore()
    const runtime = new VirtualRuntime()
    expect(await commit(store, runtime, change('first', 1))).toEqual({ status: 'committed' })
    expect(await commit(store, runtime, change('second', 2))).toEqual({ status: 'committed' })
    for (const table of [events, 'Outbox'] as const) await store.write({ kind: 'delete', table, key: second })
    expect(await commit(store, runtime, change('stale', 2))).toEqual({ status: 'stale' })
    expect(await store.get(ticketRow('acme', 't'))).toMatchObject({ title: 'second' })
    expect(await allRows(store, 'Events')).toHaveLength(1)
  })

  it('is refused by the log alone, even if its header were set back', async () => {
    const store = new MemoryStore()
    const runtime = new VirtualRuntime()
    await commit(store, runtime, change('first', 1))
    await commit(store, runtime, change('second', 2))
    const { table, key } = ticketRow('acme', 't')
    await store.write({ kind: 'update', table, key, set: { version: 1 } })
    expect(await commit(store, runtime, change('edited', 2))).toEqual({ status: 'stale' })
    expect(await store.get({ table: events, key: second })).toMatchObject({ id: 'event-second' })
  })
})
