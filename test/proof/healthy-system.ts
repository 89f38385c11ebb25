import { advanceResumption, isResumptionEvent } from '../../app/advance-resumption.ts'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import { holdEverything, releaseEverything } from '../../app/hold-everything.ts'
import { noopObserver } from '../../app/observer.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { putHold } from '../../functions/put-hold/put-hold.ts'
import { putSlaPolicy } from '../../functions/put-sla-policy/put-sla-policy.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { closeDays, digestEvents } from '../../functions/reconcile-consumers/digest-events.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import { releaseHold } from '../../functions/release-hold/release-hold.ts'
import { removeAttachment } from '../../functions/remove-attachment/remove-attachment.ts'
import { removeWebhook } from '../../functions/remove-webhook/remove-webhook.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { requestResumption } from '../../functions/request-resumption/request-resumption.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryMailer } from '../../gateways/mailer-memory.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { EicarScanner } from '../../gateways/scanner-eicar.ts'
import type { ExecutionStart } from '../../gateways/state-machines.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { MemoryWebhooks } from '../../gateways/webhooks-memory.ts'
import type { KeptDigests } from '../../proof/check/digests.ts'
import { keptDigests } from '../../proof/check/kept-digests.ts'
import type { SentMail } from '../../proof/check/mail-log.ts'
import { type StoredObject, storedObjects } from '../../proof/check/objects.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { detectType } from '../../sagas/attachment/detect-type.ts'
import { quarantineKey } from '../../sagas/attachment/object-keys.ts'
import { attachmentOfSaga } from '../../sagas/attachment/saga-id.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { removal } from '../../sagas/removal/removal.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { parseEvent } from '../../tables/events.ts'
import type { Store } from '../../tables/store.ts'
import { confirmEvent, parseUnconfirmed } from '../../tables/unconfirmed.ts'
import { Api, admin, agent, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { slaPolicy } from '../fixtures/sla-policy.ts'
import { insertedRow, sqsRecords } from '../relay/fixtures.ts'
import { png, promiseOf } from '../sagas/attachment-fixture.ts'
import { drive } from '../sagas/drive-machine.ts'

const subscribers = { 'project-views': 'views', 'unassign-tickets': 'unassign', 'start-saga': 'sagas' }

/** An idle system after work of every kind, with completed and compensated sagas. All invariants hold. */
export async function healthySystem(): Promise<{
  store: Store
  nowMs: number
  mails: SentMail[]
  objects: StoredObject[]
  digests: KeptDigests
}> {
  const api = new Api()
  const objects = new MemoryObjectStore(api.runtime.now)
  await api.call(admin, createUser, { body: { id: 'carla', role: 'customer', email: 'carla@example.com' } })
  await api.call(admin, createUser, { body: { id: 'bob', role: 'agent', email: 'bob@bounce.example.com' } })
  const put = (name: string, url: string) =>
    api.call(admin, putWebhook, { params: { name }, body: { url, events: ['ticket.opened', 'ticket.comment_added'] } })
  await put('crm', 'https://crm.example.com/in')
  await put('gone', 'https://gone.example.com/in')
  await put('short-lived', 'https://crm.example.com/short')
  const held = { params: { dependency: 'webhook:crm' } }
  await api.call(admin, putHold, { ...held, body: { reason: 'A new release.' } })
  await api.call(admin, releaseHold, held)
  await holdEverything(api, { operator: 'olga', reason: 'Restored.' })
  await releaseEverything(api, { operator: 'olga' })
  api.runtime.advance(15 * 60_000)
  const ticketId = await api.openTicket(customer)
  await api.call(admin, removeWebhook, { params: { name: 'short-lived' } })
  const params = { ticketId }
  await api.call(agent, addComment, { params, body: { body: 'On its way.' } })
  await api.call(agent, assignTicket, { params, body: { userId: agent.id } })
  await api.call(agent, followTicket, { params: { ticketId, userId: 'bob' } })
  for (const to of ['in_progress', 'resolved', 'closed', 'open'])
    await api.call(agent, changeStatus, { params, body: { to, reason: `to ${to}` } })
  const written = new Date(api.runtime.now() - 3_600_000).toISOString()
  await api.call(agent, addComment, { params, body: { body: 'Said by mail.', occurredAt: written } })
  await api.call(admin, putSlaPolicy, { params: { policyId: 'standard' }, body: slaPolicy() })
  await api.openTicket({ tenant: 'globex', id: 'stella', role: 'admin' })
  // One file that matches its announced hash, and one that does not.
  const attachmentIds: string[] = []
  for (const bytes of [png, Buffer.from(png).fill(0, 50), png]) {
    const body = { ...promiseOf(png), sha256: promiseOf(bytes).sha256 }
    attachmentIds.push((await api.call(agent, requestAttachment, { params, body })).json.id)
  }
  const mailer = new MemoryMailer()
  await runUntilIdle(api, objects, mailer)
  // The third file is removed. The removal of the first one is compensated, as the ticket is closed meanwhile.
  const remove = (attachmentId = '') => api.call(agent, removeAttachment, { params: { ticketId, attachmentId } })
  await remove(attachmentIds[2])
  await runUntilIdle(api, objects, mailer)
  await remove(attachmentIds[0])
  for (const to of ['resolved', 'closed'])
    await api.call(agent, changeStatus, { params, body: { to, reason: `to ${to}` } })
  await runUntilIdle(api, objects, mailer)
  await api.call(agent, changeStatus, { params, body: { to: 'open', reason: 'to open' } })
  await runUntilIdle(api, objects, mailer)
  await resumeWhatIsParked(api)
  await runUntilIdle(api, objects, mailer)
  const mails = mailer.sent.map(({ id, to }) => ({ steadfastId: id, to: [to] }))
  const digests = await digestsOf(api)
  return { store: api.store, nowMs: api.runtime.now(), mails, objects: await storedObjects(objects), digests }
}

/** An operator asks for it, and nothing is. */
async function resumeWhatIsParked(api: Api): Promise<void> {
  const { store, runtime } = api
  await api.call(admin, requestResumption, { body: { filter: {} } })
  const [requested] = (await allRows(store, 'Events')).map(parseEvent).filter(isResumptionEvent)
  if (requested) await advanceResumption({ store, runtime, observer: noopObserver }, requested, runtime.now() + 60_000)
}

/** Confirms every event. The digests as they are two days later: a part for each event, and a digest of each day. */
async function digestsOf(api: Api): Promise<KeptDigests> {
  const digests = new MemoryObjectStore(api.runtime.now)
  await digestAll(api, digests)
  return closedDigests(api, digests)
}

/** Digests and confirms every published event. */
export async function digestAll(
  { store, runtime }: Pick<Api, 'store' | 'runtime'>,
  digests: MemoryObjectStore,
): Promise<void> {
  for (const row of await allRows(store, 'Unconfirmed')) {
    await digestEvents({ runtime, digests }, [parseUnconfirmed(row)])
    await store.write(confirmEvent(parseUnconfirmed(row)))
  }
}

/** The digests as they are two days later, each day with its own. */
export async function closedDigests(
  { runtime }: Pick<Api, 'runtime'>,
  digests: MemoryObjectStore,
): Promise<KeptDigests> {
  const later = new ManualRuntime({ nowMs: runtime.now() + 2 * 86_400_000 })
  await closeDays({ runtime: later, digests }, later.now() + 60_000)
  return { kept: await keptDigests(digests), lockedDays: 365 }
}

/** Relays the outbox, runs every consumer, and runs the started sagas to their end, until the outbox stays empty. */
export async function runUntilIdle(
  api: Pick<Api, 'store' | 'runtime'>,
  objects: MemoryObjectStore,
  mailer: MemoryMailer,
  machines = new MemoryStateMachines(),
  webhooks = new MemoryWebhooks(),
): Promise<void> {
  const { store, runtime } = api
  const queue = new MemoryQueue(runtime.now)
  const deadlineMs = runtime.now() + 60_000
  const Records = (await allRows(store, 'Outbox')).map(insertedRow)
  await relayOutbox({ store, queue, runtime, subscribers, observer: noopObserver }, { Records }, deadlineMs)
  const consuming = { store, runtime, observer: noopObserver }
  const consumers = [
    ['views', (batch: Batch) => consumeBatch(consuming, projectViews(store, runtime), batch, deadlineMs)],
    ['unassign', (batch: Batch) => consumeBatch(consuming, unassignTickets(store, runtime), batch, deadlineMs)],
    [
      'sagas',
      (batch: Batch) =>
        startSagas(
          {
            ...consuming,
            machines,
            machineArns: {
              notification: 'notification',
              webhook: 'webhook',
              attachment: 'attachment',
              removal: 'removal',
            },
          },
          batch,
          deadlineMs,
        ),
    ],
  ] as const
  for (const [url, consume] of consumers)
    for (let received = queue.receive(url); received.length > 0; received = queue.receive(url)) {
      const { batchItemFailures } = await consume({ Records: sqsRecords(received) })
      if (batchItemFailures.length > 0)
        throw new Error(`${batchItemFailures.length} messages of the queue ${url} failed`)
      for (const { receiptHandle } of received) queue.delete(url, receiptHandle)
    }
  const mail = { mailer, mailFrom: 'support@example.com', runtime }
  const runners = {
    notification: taskRunner(notification, { store, runtime, tools: mail }),
    webhook: taskRunner(webhook, { store, runtime, tools: { webhooks, runtime } }),
    removal: taskRunner(removal, { store, runtime, tools: { objects, runtime } }),
  }
  const definitions = {
    notification: compile(notification, arn),
    webhook: compile(webhook, arn),
    removal: compile(removal, arn),
  }
  for (const execution of await running(machines)) {
    const { machineArn, input } = execution
    if (machineArn === 'attachment') continue
    const name = machineArn as keyof typeof definitions
    await drive(definitions[name], input, runners[name])
    machines.end(execution)
  }
  for (const execution of await running(machines)) {
    await runAttachmentSaga({ store, runtime }, objects, execution.input)
    machines.end(execution)
  }
  // Sagas write events too.
  if ((await allRows(store, 'Outbox')).length > 0) await runUntilIdle(api, objects, mailer, machines, webhooks)
}

async function running(machines: MemoryStateMachines): Promise<ExecutionStart[]> {
  const states = await Promise.all(machines.started.map((execution) => machines.describe(execution)))
  return machines.started.filter((_, index) => states[index] === 'running')
}

const arn = { functionArn: 'arn' }

/** Runs an attachment saga to its end; the uploaded file is always the same. */
async function runAttachmentSaga(
  { store, runtime }: Pick<Api, 'store' | 'runtime'>,
  objects: MemoryObjectStore,
  input: ExecutionStart['input'],
) {
  const tools = {
    objects,
    scanner: new EicarScanner(),
    detectType,
    callbacks: new MemoryCallbacks(),
    runtime,
    uploadSeconds: 900,
  }
  const waiting = await drive(compile(attachment, arn), input, taskRunner(attachment, { store, runtime, tools }))
  const ids = attachmentOfSaga(String(input.sagaId))
  if (!ids) throw new Error('the saga id is not an attachment saga id')
  objects.put(quarantineKey({ tenant: String(input.tenant), ticketId: ids.ticketId, id: ids.attachmentId }), png)
  await waiting.resume()
}

type Batch = { Records: ReturnType<typeof sqsRecords> }
