import { describe, expect, it } from 'vitest'
import { noopObserver } from '../../app/observer.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { recipientsOf } from '../../domain/recipients.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { type StartSagasDeps, startSagas } from '../../functions/start-saga/start-saga.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { appendEvent, parseEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { liveSagasQuery, parseSaga, sagasQuery } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'

const at = '2026-03-01T11:00:00.000Z'
const ticket = { type: 'ticket', id: 'T1' } as const

type Told = Pick<DomainEvent, 'type' | 'data' | 'actor'>

function history(...facts: Told[]): DomainEvent[] {
  return facts.map((each, index) => {
    const seq = index + 1
    const envelope = { id: `E${seq}`, tenant: 'acme', aggregate: ticket, seq, occurredAt: at, recordedAt: at }
    return { ...envelope, correlationId: `C${seq}`, ...each } as DomainEvent
  })
}

const opened: Told = {
  type: 'ticket.opened',
  actor: 'ann',
  data: { priority: 'normal', requester: 'ann', messageId: 'M1' },
}
const assigned: Told = { type: 'ticket.assigned', actor: 'boss', data: { assignee: 'bob' } }
const followed: Told = { type: 'ticket.follower_added', actor: 'cid', data: { userId: 'cid' } }
const unfollowed: Told = { type: 'ticket.follower_removed', actor: 'cid', data: { userId: 'cid' } }
const commented = (actor: string): Told => ({ type: 'ticket.comment_added', actor, data: { messageId: 'M2' } })

async function given(...facts: Told[]) {
  const store = new MemoryStore()
  const runtime = new ManualRuntime()
  const events = history(...facts)
  for (const event of events) await store.write(appendEvent(event))
  const machines = new MemoryStateMachines()
  const starting: StartSagasDeps = {
    store,
    runtime,
    machines,
    machineArns: { notification: 'arn', webhook: 'webhook-arn', attachment: 'attachment-arn' },
    observer: noopObserver,
  }
  return { store, machines, starting, events }
}

const batch = (...events: unknown[]) => ({
  Records: events.map((event, index) => ({ messageId: `m${index}`, body: JSON.stringify(event) }) as never),
})

async function recipients(store: Store): Promise<(string | undefined)[]> {
  const { rows } = await store.query(sagasQuery('acme', ticket))
  return rows.map((row) => parseSaga(row).recipient).sort()
}

describe('the recipients of an event', () => {
  it('are requester, assignee and followers, but not the actor', () => {
    expect(recipientsOf(history(opened))).toEqual([])
    expect(recipientsOf(history(opened, assigned))).toEqual(['ann', 'bob'])
    expect(recipientsOf(history(opened, assigned, followed, commented('bob')))).toEqual(['ann', 'cid'])
    expect(recipientsOf(history(opened, assigned, followed, unfollowed, commented('ann')))).toEqual(['bob'])
  })

  it('include each person once, even one who is both requester and follower', () => {
    const own: Told = { type: 'ticket.follower_added', actor: 'ann', data: { userId: 'ann' } }
    expect(recipientsOf(history(opened, own, commented('bob')))).toEqual(['ann'])
  })
})

describe('an event', () => {
  it('starts one saga per recipient, after writing its row', async () => {
    const { store, machines, starting, events } = await given(opened, assigned, followed, commented('bob'))
    expect(await startSagas(starting, batch(events[3]))).toEqual({ batchItemFailures: [] })
    expect(await recipients(store)).toEqual(['ann', 'cid'])
    const [row] = (await store.query(liveSagasQuery('acme'))).rows
    expect(row && parseSaga(row)).toMatchObject({
      state: 'pending',
      generation: 1,
      eventId: 'E4',
      correlationId: 'C4',
      input: { type: 'ticket.comment_added', ticketId: 'T1', seq: 4 },
    })
    for (const { name, input } of machines.started) {
      expect(name).toMatch(/^[0-9a-f]{40}-1$/)
      expect(input).toEqual({ tenant: 'acme', sagaId: name.slice(0, 40), generation: 1 })
    }
  })

  it('starts each saga once, however often and concurrently it is delivered', async () => {
    const { store, machines, starting, events } = await given(opened, assigned, commented('boss'))
    const twice = batch(events[2], events[2])
    await Promise.all([startSagas(starting, twice), startSagas(starting, twice)])
    await startSagas(starting, twice)
    expect(machines.started.length).toBe(2)
    expect(await recipients(store)).toEqual(['ann', 'bob'])
  })

  it('has the same recipients when it is redelivered after others started to follow', async () => {
    const { store, machines, starting, events } = await given(opened, commented('bob'), followed, assigned)
    await startSagas(starting, batch(events[1]))
    await startSagas(starting, batch(events[1]))
    expect(await recipients(store)).toEqual(['ann'])
    expect(machines.started.length).toBe(1)
  })

  it('does not restart a saga that has ended', async () => {
    const { store, machines, starting, events } = await given(opened, commented('bob'))
    await startSagas(starting, batch(events[1]))
    const [row] = (await store.query(sagasQuery('acme', ticket))).rows
    await store.write({ kind: 'put', table: 'Sagas', row: { ...row, pk: String(row?.pk), state: 'completed' } })
    machines.started.length = 0
    await startSagas(starting, batch(events[1]))
    expect(machines.started).toEqual([])
  })

  it('of anything but a ticket starts no saga', async () => {
    const { machines, starting } = await given(opened)
    const [event] = history({ type: 'user.deactivated', actor: 'boss', data: {} })
    const ofUser = { ...event, aggregate: { type: 'user', id: 'ann' } }
    expect(await startSagas(starting, batch(ofUser))).toEqual({ batchItemFailures: [] })
    expect(machines.started).toEqual([])
  })
})

describe('an event that webhooks subscribe to', () => {
  const put = (seq: number, name: string, events: string[]) =>
    appendEvent({
      id: `S${seq}`,
      tenant: 'acme',
      aggregate: settingsOfTenant,
      seq,
      type: 'settings.webhook_put',
      data: { name, events },
      actor: 'ada',
      occurredAt: at,
      recordedAt: seq < 3 ? '2026-03-01T10:00:00.000Z' : '2026-03-01T12:00:00.000Z',
      correlationId: 'CS',
    })

  it('starts one saga per webhook that subscribed to it at that time, and the same ones when it is redelivered', async () => {
    const { store, machines, starting, events } = await given(opened, commented('bob'))
    await store.write(put(1, 'crm', ['ticket.comment_added']))
    await store.write(put(2, 'erp', ['ticket.opened']))
    await startSagas(starting, batch(events[1]))
    await store.write(put(3, 'late', ['ticket.comment_added']))
    await startSagas(starting, batch(events[1]))
    expect(await recipients(store)).toEqual(['ann', 'crm'])
    expect(machines.started.map(({ machineArn }) => machineArn)).toEqual(['arn', 'webhook-arn'])
    const saga = (await store.query(sagasQuery('acme', ticket))).rows
      .map(parseSaga)
      .find(({ name }) => name === 'webhook')
    expect(saga).toMatchObject({
      recipient: 'crm',
      correlationId: 'C2',
      input: { type: 'ticket.comment_added', ticketId: 'T1', seq: 2, endpoint: 'crm', since: 1 },
    })
  })

  it('starts no saga for events that are not about a ticket, such as those of the settings', async () => {
    const { machines, starting } = await given(opened)
    const write = put(1, 'crm', ['ticket.opened'])
    expect(await startSagas(starting, batch('row' in write && parseEvent(write.row)))).toEqual({
      batchItemFailures: [],
    })
    expect(machines.started).toEqual([])
  })
})

describe('a start that stops half way', () => {
  it('is finished by the redelivery when the row was written and the execution was not started', async () => {
    const { store, machines, starting, events } = await given(opened, commented('bob'))
    const start = machines.start.bind(machines)
    machines.start = () => Promise.reject(new Error('throttled'))
    expect(await startSagas(starting, batch(events[1]))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] })
    expect(await recipients(store)).toEqual(['ann'])
    machines.start = start
    expect(await startSagas(starting, batch(events[1]))).toEqual({ batchItemFailures: [] })
    expect(machines.started.length).toBe(1)
  })

  it('is finished by the redelivery when the execution was started and the answer was lost', async () => {
    const { machines, starting, events } = await given(opened, commented('bob'))
    const start = machines.start.bind(machines)
    machines.start = async (...args) => {
      await start(...args)
      throw new Error('timeout')
    }
    expect((await startSagas(starting, batch(events[1]))).batchItemFailures.length).toBe(1)
    machines.start = start
    expect((await startSagas(starting, batch(events[1]))).batchItemFailures).toEqual([])
    expect(machines.started.length).toBe(1)
  })
})

describe('a batch', () => {
  it("fails only for the messages that failed: unreadable ones, and events that can't be read yet", async () => {
    const { store, starting, events } = await given(opened, commented('bob'))
    const unread = { ...events[1], seq: 3, id: 'E3' }
    const outcome = await startSagas(starting, batch({ not: 'an event' }, events[1], unread))
    expect(outcome.batchItemFailures).toEqual([{ itemIdentifier: 'm0' }, { itemIdentifier: 'm2' }])
    expect(await recipients(store)).toEqual(['ann'])
  })
})

describe('the saga of an upload', () => {
  it('records who requested it, so that its requester finds it', async () => {
    const attachmentId = '00000000-0000-4000-8000-000000000001'
    const data = { attachmentId, contentType: 'text/plain' as const, sizeBytes: 1 }
    const requested: Told = { type: 'ticket.attachment_requested', actor: 'cid', data }
    const { store, starting, events } = await given(opened, requested)
    const ticketId = '00000000-0000-4000-8000-000000000002'
    const event = { ...events[1], aggregate: { ...ticket, id: ticketId } } as DomainEvent
    for (const each of events) await store.write(appendEvent({ ...each, aggregate: event.aggregate }))
    await startSagas(starting, batch(event))
    const { rows } = await store.query(sagasQuery('acme', event.aggregate))
    expect(rows.map(parseSaga)).toMatchObject([{ name: 'attachment', requestedBy: 'cid' }])
  })
})
