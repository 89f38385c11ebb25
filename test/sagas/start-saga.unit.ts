import { describe, expect, it } from 'vitest'
import type { StartSagasDeps } from '../../app/consumers/start-sagas.ts'
import { noopObserver } from '../../app/observer.ts'
import type { CommandMetadata } from '../../domain/command-metadata.ts'
import type { Decision } from '../../domain/decision.ts'
import type { DomainEvent, TicketEventType } from '../../domain/event.ts'
import { foldTicket } from '../../domain/fold-ticket.ts'
import { putWebhook } from '../../domain/put-webhook.ts'
import { recipientsOf } from '../../domain/recipients.ts'
import { removeWebhook } from '../../domain/remove-webhook.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import type { WebhookState } from '../../domain/webhook.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { toWrite } from '../../tables/changes.ts'
import { appendEvent } from '../../tables/events.ts'
import { liveSagaRow, liveSagasQuery } from '../../tables/live-sagas.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { readRow } from '../../tables/read-row.ts'
import { parseSaga, sagasQuery, updateSaga } from '../../tables/sagas.ts'
import { settingsRow, webhookRow } from '../../tables/settings.ts'
import type { Store } from '../../tables/store.ts'
import { putFollower, ticketRow } from '../../tables/tickets.ts'
import { sqsRecord } from '../relay/fixtures.ts'

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

/** The header and the followers after these events. */
async function storeRows(store: Store, events: DomainEvent[]): Promise<void> {
  const { followers = [], ...facts } = foldTicket(events) ?? {}
  const row = { ...ticketRow('acme', ticket.id).key, id: ticket.id, title: 'Printer on fire', ...facts }
  await store.write({ kind: 'put', table: 'Tickets', row })
  for (const userId of followers) await store.write(putFollower('acme', { ticketId: ticket.id, userId, since: at }))
}

async function given(...facts: Told[]) {
  const store = new MemoryStore()
  const runtime = new ManualRuntime()
  const events = history(...facts)
  for (const event of events) await store.write(appendEvent(event))
  await storeRows(store, events)
  const machines = new MemoryStateMachines()
  const starting: StartSagasDeps = {
    store,
    runtime,
    machines,
    machineArns: { notification: 'arn', webhook: 'webhook-arn', attachment: 'attachment-arn', removal: 'removal-arn' },
    observer: noopObserver,
  }
  return { store, machines, starting, events }
}

const batch = (...events: unknown[]) => ({ Records: events.map((event, index) => sqsRecord(`m${index}`, event)) })

const start = (deps: StartSagasDeps, delivered: ReturnType<typeof batch>) =>
  startSagas(deps, delivered, deps.runtime.now() + 8_000)

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
    expect(await start(starting, batch(events[3]))).toEqual({ batchItemFailures: [] })
    expect(await recipients(store)).toEqual(['ann', 'cid'])
    const [row] = (await store.query(liveSagasQuery('acme'))).rows
    expect(row && (await readRow(store, liveSagaRow(row)))).toMatchObject({
      state: 'pending',
      generation: 1,
      eventId: 'E4',
      correlationId: 'C4',
      input: { type: 'ticket.comment_added', ticketId: 'T1', seq: 4 },
    })
    for (const { name, input } of machines.started) {
      expect(name).toMatch(/^[0-9a-f]{40}-1$/)
      expect(input).toEqual({ tenant: 'acme', sagaId: name.slice(0, 40), generation: 1, correlationId: 'C4' })
    }
  })

  it('starts each saga once, however often and concurrently it is delivered', async () => {
    const { store, machines, starting, events } = await given(opened, assigned, commented('boss'))
    const twice = batch(events[2], events[2])
    await Promise.all([start(starting, twice), start(starting, twice)])
    await start(starting, twice)
    expect(machines.started.length).toBe(2)
    expect(await recipients(store)).toEqual(['ann', 'bob'])
  })

  it('has the same recipients when it is redelivered after others started to follow', async () => {
    const { store, machines, starting, events } = await given(opened, commented('bob'), followed, assigned)
    await start(starting, batch(events[1]))
    await start(starting, batch(events[1]))
    expect(await recipients(store)).toEqual(['ann'])
    expect(machines.started.length).toBe(1)
  })

  it('does not restart a saga that has ended', async () => {
    const { store, machines, starting, events } = await given(opened, commented('bob'))
    await start(starting, batch(events[1]))
    const [row] = (await store.query(sagasQuery('acme', ticket))).rows
    await store.write({ kind: 'put', table: 'Sagas', row: { ...row, pk: String(row?.pk), state: 'completed' } })
    machines.started.length = 0
    await start(starting, batch(events[1]))
    expect(machines.started).toEqual([])
  })

  it('of anything but a ticket starts no saga', async () => {
    const { machines, starting } = await given(opened)
    const [event] = history({ type: 'user.deactivated', actor: 'boss', data: {} })
    const ofUser = { ...event, aggregate: { type: 'user', id: 'ann' } }
    expect(await start(starting, batch(ofUser))).toEqual({ batchItemFailures: [] })
    expect(machines.started).toEqual([])
  })
})

describe('an event that webhooks subscribe to', () => {
  const early = '2026-03-01T10:00:00.000Z'
  const late = '2026-03-01T12:00:00.000Z'
  const by = (time: string): CommandMetadata => {
    const ids = { target: '', message: '' }
    return { by: { id: 'ada', role: 'admin' }, at: time, ids, secretBytes: Buffer.alloc(32) }
  }
  const apply = async (store: Store, name: string, decide: (state: WebhookState) => Decision<unknown>) => {
    const reads = [readRow(store, settingsRow('acme')), readRow(store, webhookRow('acme', name))] as const
    const [settings, webhook] = await Promise.all(reads)
    const decision = decide({ settings, webhook })
    if (decision.outcome !== 'changed') throw new Error(decision.outcome)
    for (const change of decision.changes) await store.write(toWrite('acme', change))
  }
  const put = (store: Store, name: string, events: TicketEventType[], time = early) =>
    apply(store, name, (state) => putWebhook(state, { name, url: 'https://hooks.example.com/', events, ...by(time) }))
  const remove = (store: Store, name: string, time: string) =>
    apply(store, name, (state) => removeWebhook(state, { name, ...by(time) }))

  it('starts one saga per webhook that subscribed to it at that time, and the same ones when it is redelivered', async () => {
    const { store, machines, starting, events } = await given(opened, commented('bob'))
    await put(store, 'crm', ['ticket.comment_added'])
    await put(store, 'erp', ['ticket.opened'])
    await start(starting, batch(events[1]))
    await put(store, 'late', ['ticket.comment_added'], late)
    await put(store, 'erp', ['ticket.comment_added'], late)
    await start(starting, batch(events[1]))
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

  it('starts the saga of a webhook that was removed or changed before the event is processed', async () => {
    const { store, starting, events } = await given(opened, commented('bob'))
    await put(store, 'crm', ['ticket.comment_added'])
    await put(store, 'erp', ['ticket.comment_added'])
    await remove(store, 'crm', late)
    await put(store, 'erp', ['ticket.opened'], late)
    await start(starting, batch(events[1]))
    expect(await recipients(store)).toEqual(['ann', 'crm', 'erp'])
  })

  it('finds webhooks whose settings were stored by an earlier version, without subscriptions', async () => {
    const { store, starting, events } = await given(opened, commented('bob'))
    await put(store, 'crm', ['ticket.comment_added'])
    await put(store, 'erp', ['ticket.opened'])
    const { table, key } = settingsRow('acme')
    await store.write({ kind: 'update', table, key, remove: ['subscriptions'] })
    await start(starting, batch(events[1]))
    expect(await recipients(store)).toEqual(['ann', 'crm'])
  })

  it('starts no saga for events that are not about a ticket, such as those of the settings', async () => {
    const { store, machines, starting, events } = await given(opened)
    await put(store, 'crm', ['ticket.opened'])
    const data = { name: 'crm', events: ['ticket.opened'] }
    const ofSettings = { ...events[0], aggregate: settingsOfTenant, type: 'settings.webhook_put', data }
    expect(await start(starting, batch(ofSettings))).toEqual({ batchItemFailures: [] })
    expect(machines.started).toEqual([])
  })
})

describe('a start that stops half way', () => {
  it('is finished by the redelivery when the row was written and the execution was not started', async () => {
    const { store, machines, starting, events } = await given(opened, commented('bob'))
    const startMachine = machines.start.bind(machines)
    machines.start = () => Promise.reject(new Error('throttled'))
    expect(await start(starting, batch(events[1]))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] })
    expect(await recipients(store)).toEqual(['ann'])
    machines.start = startMachine
    expect(await start(starting, batch(events[1]))).toEqual({ batchItemFailures: [] })
    expect(machines.started.length).toBe(1)
  })

  it('is finished by the redelivery when the execution was started and the answer was lost', async () => {
    const { machines, starting, events } = await given(opened, commented('bob'))
    const startMachine = machines.start.bind(machines)
    machines.start = async (...args) => {
      await startMachine(...args)
      throw new Error('timeout')
    }
    expect((await start(starting, batch(events[1]))).batchItemFailures.length).toBe(1)
    machines.start = startMachine
    expect((await start(starting, batch(events[1]))).batchItemFailures).toEqual([])
    expect(machines.started.length).toBe(1)
  })
})

describe('a batch', () => {
  it("fails only for the messages that failed: unreadable ones, and events that can't be read yet", async () => {
    const { store, starting, events } = await given(opened, commented('bob'))
    const unread = { ...events[1], seq: 3, id: 'E3' }
    const outcome = await start(starting, batch({ not: 'an event' }, events[1], unread))
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
    await start(starting, batch(event))
    const { rows } = await store.query(sagasQuery('acme', event.aggregate))
    expect(rows.map(parseSaga)).toMatchObject([{ name: 'attachment', requestedBy: 'cid' }])
  })
})

describe('a ticket with many followers', () => {
  const followers = Array.from({ length: 30 }, (_, index): Told => {
    const userId = `user-${index}`
    return { type: 'ticket.follower_added', actor: userId, data: { userId } }
  })

  it('has all of them notified by several deliveries when the time of one is up, each once', async () => {
    const { store, machines, starting, events } = await given(opened, ...followers, commented('ann'))
    const runtime = starting.runtime as ManualRuntime
    const startMachine = machines.start.bind(machines)
    machines.start = async (started) => {
      runtime.advance(500)
      const { tenant, sagaId: id } = started.input as { tenant: string; sagaId: string }
      await store.write(updateSaga({ tenant, id, generation: 1 }, at, { state: 'running' }))
      return startMachine(started)
    }
    const event = batch(events.at(-1))
    const failures: number[] = []
    for (let delivery = 0; delivery < 2; delivery++)
      failures.push((await startSagas(starting, event, runtime.now() + 8_000)).batchItemFailures.length)
    expect(failures).toEqual([1, 0])
    expect((await recipients(store)).length).toBe(30)
    expect(new Set(machines.started.map(({ name }) => name)).size).toBe(30)
  })
})
