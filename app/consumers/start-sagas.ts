import * as z from 'zod'
import { type DomainEvent, receivedAtOf } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { traceOf } from '../../domain/trace.ts'
import type { StateMachines } from '../../gateways/state-machines.ts'
import { attachmentSaga } from '../../sagas/attachment/attachment.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { removal } from '../../sagas/removal/removal.ts'
import { removalSagaId } from '../../sagas/removal/saga-id.ts'
import type { Saga } from '../../sagas/saga.ts'
import { type SagaStart, startSaga } from '../../sagas/start-saga.ts'
import { giveUpAfterMs } from '../../sagas/webhook/deliver.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import type { Store } from '../../tables/store.ts'
import type { Observer } from '../observer.ts'
import { readRecipients, readSubscribers } from './read-recipients.ts'

const Arn = z.string().min(1)

/** The state machines of the sagas that events start. */
export const StartedMachineArns = z.object({ notification: Arn, webhook: Arn, attachment: Arn, removal: Arn })

export interface StartSagasDeps {
  store: Store
  runtime: Runtime
  machines: StateMachines
  machineArns: z.infer<typeof StartedMachineArns>
  /** Whether this stage scans uploads for malware; false by default. */
  isScanned?: boolean
  observer: Observer
}

/** Sagas started at the same time for one event. Each costs a write and a call to Step Functions. */
const concurrencyMax = 10

/**
 * Starts the sagas of one event. It needs no checkpoint: a saga's row is created once, under an id that is derived from the event, so an
 * event may be handled repeatedly, late, or twice at once. Throws at the deadline (epoch milliseconds): the sagas that were started stay
 * started, and the next call starts the others.
 */
export async function startSagasOf(deps: StartSagasDeps, event: DomainEvent, deadlineMs: number): Promise<void> {
  if (event.aggregate.type !== 'ticket') return
  if (event.type === 'ticket.attachment_requested') await startAttachment(deps, event)
  if (event.type === 'ticket.attachment_removal_requested') await startRemoval(deps, event)
  await notifyUsers(deps, event, deadlineMs)
  await notifyWebhooks(deps, event, deadlineMs)
}

/** One attachment saga for a requested upload. */
async function startAttachment(
  deps: StartSagasDeps,
  event: DomainEvent & { type: 'ticket.attachment_requested' },
): Promise<void> {
  const input = { ticketId: event.aggregate.id, attachmentId: event.data.attachmentId }
  const saga = attachmentSaga({ isScanned: deps.isScanned ?? false })
  const particulars = { id: attachmentSagaId(input), requestedBy: event.actor, input }
  await start(deps, saga, deps.machineArns.attachment, event, particulars)
}

/** One removal saga for a requested removal. */
async function startRemoval(
  deps: StartSagasDeps,
  event: DomainEvent & { type: 'ticket.attachment_removal_requested' },
): Promise<void> {
  const input = { ticketId: event.aggregate.id, attachmentId: event.data.attachmentId, seq: event.seq }
  const particulars = { id: removalSagaId(input), requestedBy: event.actor, input }
  await start(deps, removal, deps.machineArns.removal, event, particulars)
}

/** One notification saga per user concerned. Throws when the ticket can't be read as of the event yet, and at the deadline. */
async function notifyUsers(deps: StartSagasDeps, event: DomainEvent, deadlineMs: number): Promise<void> {
  const recipients = await readRecipients(deps, event, deadlineMs)
  await forEach(deps.runtime, recipients, deadlineMs, async (recipient) => {
    const input = { ...factsOf(event), recipient }
    await start(deps, notification, deps.machineArns.notification, event, { recipient, input })
  })
}

/** One webhook saga per endpoint that was subscribed to the event's type when it was recorded. Throws at the deadline. */
async function notifyWebhooks(deps: StartSagasDeps, event: DomainEvent, deadlineMs: number): Promise<void> {
  const { store, runtime, machineArns } = deps
  await forEach(runtime, await readSubscribers(store, event), deadlineMs, async ({ name: endpoint, since }) => {
    const giveUpAt = new Date(runtime.now() + giveUpAfterMs).toISOString()
    const input = { ...factsOf(event), endpoint, since, giveUpAt }
    await start(deps, webhook, machineArns.webhook, event, { recipient: endpoint, input })
  })
}

async function start(
  { store, runtime, machines, observer }: StartSagasDeps,
  saga: Saga,
  machineArn: string,
  event: DomainEvent,
  particulars: Pick<SagaStart, 'id' | 'recipient' | 'requestedBy' | 'input'>,
): Promise<void> {
  const { tenant, aggregate, id: eventId } = event
  const sagaStart = { tenant, aggregate, eventId, ...traceOf(event), ...particulars }
  const outcome = await startSaga({ store, runtime, machines }, saga, machineArn, sagaStart)
  observer.info('saga start handled', { saga: saga.name, outcome, tenant, eventId, ...traceOf(event) })
}

/** Passes every item to `work`, some at a time. Throws what it throws, and at the deadline. */
async function forEach<Item>(
  runtime: Runtime,
  items: readonly Item[],
  deadlineMs: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  for (let done = 0; done < items.length; done += concurrencyMax) {
    if (runtime.now() >= deadlineMs)
      throw new Error(`deadline reached after ${done} of ${items.length} sagas: the next delivery starts the others`)
    await Promise.all(items.slice(done, done + concurrencyMax).map(work))
  }
}

/** A notice is sorted by when its event came in: it is news then, also where the event claims an earlier time. */
function factsOf(event: DomainEvent) {
  const { type, aggregate, seq } = event
  return { type, ticketId: aggregate.id, seq, occurredAt: receivedAtOf(event) }
}
