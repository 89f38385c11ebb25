import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { consumeBatch } from '../../functions/consume/consume-batch.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { silent } from '../../functions/observer.ts'
import { projectViews } from '../../functions/project-views/project-views.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { unassignTickets } from '../../functions/unassign-tickets/unassign-tickets.ts'
import { MemoryMailer } from '../../gateways/mail-memory.ts'
import { MemoryQueue } from '../../gateways/memory-queue.ts'
import { MemoryStateMachines } from '../../gateways/state-machine-memory.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import type { Store } from '../../tables/store.ts'
import { Api, admin, agent, customer } from '../fixtures/api.ts'
import { rowsOf } from '../fixtures/dump.ts'
import { insertedRow, sqsRecords } from '../relay/fixtures.ts'
import { drive } from '../sagas/drive-machine.ts'

const subscribers = { 'project-views': 'views', 'unassign-tickets': 'unassign', 'start-saga': 'sagas' }

/** A system at rest after some work of every kind, a saga that was compensated among it: all invariants hold. */
export async function healthySystem(): Promise<{ store: Store; nowMs: number }> {
  const api = new Api()
  await api.call(admin, createUser, { body: { id: 'carla', role: 'customer', email: 'carla@example.com' } })
  await api.call(admin, createUser, { body: { id: 'bob', role: 'agent', email: 'bob@bounce.example.com' } })
  const ticketId = await api.ticketOf(customer)
  const params = { ticketId }
  await api.call(agent, addComment, { params, body: { body: 'On its way.' } })
  await api.call(agent, assignTicket, { params, body: { userId: agent.id } })
  await api.call(agent, followTicket, { params: { ticketId, userId: 'bob' } })
  for (const to of ['in_progress', 'resolved', 'closed', 'open'])
    await api.call(agent, changeStatus, { params, body: { to, reason: `to ${to}` } })
  await api.ticketOf({ tenant: 'globex', id: 'stella', role: 'admin' })
  await settle(api)
  return { store: api.store, nowMs: api.world.now() }
}

/** Relays what is in the outbox, lets every consumer take it, and runs the sagas that were started to their end. */
async function settle({ store, world }: Api): Promise<void> {
  const queue = new MemoryQueue(world.now)
  const machines = new MemoryStateMachines()
  const untilMs = world.now() + 60_000
  const Records = (await rowsOf(store, 'Outbox')).map(insertedRow)
  await relayOutbox({ Records }, { store, queue, world, subscribers, observer: silent }, untilMs)
  const consuming = { store, world, observer: silent }
  const consumers = [
    ['views', (batch: Batch) => consumeBatch(consuming, projectViews(store), batch, untilMs)],
    ['unassign', (batch: Batch) => consumeBatch(consuming, unassignTickets(store, world), batch, untilMs)],
    [
      'sagas',
      (batch: Batch) => startSagas({ ...consuming, machines, machineArns: { notification: 'notification' } }, batch),
    ],
  ] as const
  for (const [url, take] of consumers)
    for (let received = queue.receive(url); received.length > 0; received = queue.receive(url)) {
      const { batchItemFailures } = await take({ Records: sqsRecords(received) })
      if (batchItemFailures.length > 0) throw new Error(`${url} did not take ${batchItemFailures.length} messages`)
      for (const { receipt } of received) queue.delete(url, receipt)
    }
  const tools = { mailer: new MemoryMailer(), mailFrom: 'support@example.com', world }
  const run = taskRunner(notification, { store, world, tools })
  const machine = compile(notification, { functionArn: 'arn' })
  for (const { input } of machines.started) await drive(machine, input, run)
}

type Batch = { Records: ReturnType<typeof sqsRecords> }
