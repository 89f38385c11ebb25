import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { consumeUnordered } from '../../app/consume/consume-unordered.ts'
import type { Observer } from '../../app/observer.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { recipientsOf } from '../../domain/recipients.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { subscribedWebhooks } from '../../domain/subscribed-webhooks.ts'
import type { StateMachines } from '../../gateways/state-machines.ts'
import { attachmentSaga } from '../../sagas/attachment/attachment.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { startSaga } from '../../sagas/start-saga.ts'
import { giveUpAfterMs } from '../../sagas/webhook/deliver.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { readEvents } from '../../tables/events.ts'
import type { Store } from '../../tables/store.ts'

const Arn = z.string().min(1)

/** The state machines of the sagas that events start. */
export const StartedMachineArns = z.object({ notification: Arn, webhook: Arn, attachment: Arn })

export interface StartSagasDeps {
  store: Store
  runtime: Runtime
  machines: StateMachines
  machineArns: z.infer<typeof StartedMachineArns>
  /** Whether this stage scans uploads for malware; false by default. */
  isScanned?: boolean
  observer: Observer
}

/**
 * Starts the sagas of a batch of events. It needs no checkpoint: a saga's row is created once, under an id that is derived from the
 * event, so an event may be delivered repeatedly, late, or twice at once.
 */
export async function startSagas(deps: StartSagasDeps, batch: Pick<SQSEvent, 'Records'>): Promise<SQSBatchResponse> {
  return consumeUnordered(deps.observer, batch, async (event) => {
    if (event.aggregate.type !== 'ticket') return
    if (event.type === 'ticket.attachment_requested') await startAttachment(deps, event)
    await notifyUsers(deps, event)
    await notifyWebhooks(deps, event)
  })
}

/** One attachment saga for a requested upload. */
async function startAttachment(
  { store, runtime, machines, machineArns, isScanned = false, observer }: StartSagasDeps,
  {
    tenant,
    aggregate,
    id: eventId,
    correlationId,
    actor: requestedBy,
    data,
  }: DomainEvent & { type: 'ticket.attachment_requested' },
): Promise<void> {
  const input = { ticketId: aggregate.id, attachmentId: data.attachmentId }
  const id = attachmentSagaId(input)
  const start = { id, tenant, aggregate, eventId, correlationId, requestedBy, input }
  const saga = attachmentSaga({ isScanned })
  const outcome = await startSaga({ store, runtime, machines }, saga, machineArns.attachment, start)
  observer.info('saga start handled', { saga: saga.name, outcome, tenant, eventId, correlationId })
}

/** One notification saga per user concerned. Throws when the ticket's history can't be read up to the event yet. */
async function notifyUsers(deps: StartSagasDeps, event: DomainEvent): Promise<void> {
  const { store, runtime, machines, machineArns, observer } = deps
  const { tenant, aggregate, id: eventId, seq, correlationId } = event
  const history = await readEvents(store, tenant, aggregate, { from: 1, to: seq })
  if (history.at(-1)?.id !== eventId)
    throw new Error(`event ${seq} of ticket ${aggregate.id} can't be read yet: SQS will deliver it again`)
  for (const recipient of recipientsOf(history)) {
    const start = { tenant, aggregate, eventId, correlationId, recipient, input: { ...factsOf(event), recipient } }
    const outcome = await startSaga({ store, runtime, machines }, notification, machineArns.notification, start)
    observer.info('saga start handled', { saga: notification.name, outcome, tenant, eventId, correlationId })
  }
}

/** One webhook saga per endpoint that was subscribed to the event's type when it was recorded. */
async function notifyWebhooks(deps: StartSagasDeps, event: DomainEvent): Promise<void> {
  const { store, runtime, machines, machineArns, observer } = deps
  const { tenant, aggregate, id: eventId, type, recordedAt, correlationId } = event
  const settings = await readEvents(store, tenant, settingsOfTenant)
  for (const { name: endpoint, since } of subscribedWebhooks(type, recordedAt, settings)) {
    const giveUpAt = new Date(runtime.now() + giveUpAfterMs).toISOString()
    const input = { ...factsOf(event), endpoint, since, giveUpAt }
    const start = { tenant, aggregate, eventId, correlationId, recipient: endpoint, input }
    const outcome = await startSaga({ store, runtime, machines }, webhook, machineArns.webhook, start)
    observer.info('saga start handled', { saga: webhook.name, outcome, tenant, eventId, correlationId })
  }
}

function factsOf({ type, aggregate, seq, occurredAt }: DomainEvent) {
  return { type, ticketId: aggregate.id, seq, occurredAt }
}
