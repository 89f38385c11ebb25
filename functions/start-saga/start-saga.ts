import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import type { Observer } from '../../app/observer.ts'
import { DomainEvent } from '../../domain/event.ts'
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

export interface StartSagasDeps {
  store: Store
  runtime: Runtime
  machines: StateMachines
  /** ARN of the state machine of each saga. */
  machineArns: { notification: string; webhook: string; attachment: string }
  /** Whether uploads are scanned for malware here; they are not unless told. */
  forms?: { isScanned: boolean }
  observer: Observer
}

/**
 * Starts the sagas of a batch of events. Needs no order and keeps no mark: its checkpoint is the saga's row, whose id follows from
 * the event, so an event may come again, late, or twice at once. Names the messages that must come again.
 */
export async function startSagas(
  deps: StartSagasDeps,
  { Records }: Pick<SQSEvent, 'Records'>,
): Promise<SQSBatchResponse> {
  const failed = await Promise.all(
    Records.map(async ({ messageId, body }) => {
      try {
        await startForEvent(deps, DomainEvent.parse(JSON.parse(body)))
        return []
      } catch (error) {
        deps.observer.error('no saga was started', { messageId, error })
        return [{ itemIdentifier: messageId }]
      }
    }),
  )
  return { batchItemFailures: failed.flat() }
}

/**
 * What a ticket's event leads to: the taking in of a file that was asked for, one notification for each person who is told, and one
 * message for each endpoint. Throws when the history can't be read up to the event yet.
 */
async function startForEvent(deps: StartSagasDeps, event: DomainEvent): Promise<void> {
  if (event.type === 'ticket.attachment_requested') await startAttachment(deps, event)
  await startNotifications(deps, event)
}

async function startAttachment(
  { store, runtime, machines, machineArns, forms = { isScanned: false }, observer }: StartSagasDeps,
  { tenant, aggregate, id: eventId, correlationId, data }: DomainEvent & { type: 'ticket.attachment_requested' },
): Promise<void> {
  const input = { ticketId: aggregate.id, attachmentId: data.attachmentId }
  const id = attachmentSagaId(input)
  const start = { id, tenant, aggregate, eventId, correlationId, input }
  const saga = attachmentSaga(forms)
  const started = await startSaga({ store, runtime, machines }, saga, machineArns.attachment, start)
  observer.info(started, { saga: saga.name, tenant, eventId, correlationId })
}

async function startNotifications(deps: StartSagasDeps, event: DomainEvent): Promise<void> {
  const { tenant, aggregate, id: eventId, seq, correlationId, type, occurredAt } = event
  if (aggregate.type !== 'ticket') return
  const { store, runtime, machines, machineArns, observer } = deps
  const history = await readEvents(store, tenant, aggregate, { from: 1, to: seq })
  if (history.at(-1)?.id !== eventId) throw new Error(`event ${seq} of the ticket can't be read yet`)
  const settings = await readEvents(store, tenant, settingsOfTenant)
  const common = { tenant, aggregate, eventId, correlationId }
  const facts = { type, ticketId: aggregate.id, seq, occurredAt }
  for (const recipient of recipientsOf(history)) {
    const started = await startSaga({ store, runtime, machines }, notification, machineArns.notification, {
      ...common,
      recipient,
      input: { ...facts, recipient },
    })
    observer.info(started, { saga: notification.name, tenant, eventId, correlationId })
  }
  for (const { name: endpoint, since } of subscribedWebhooks(type, event.recordedAt, settings)) {
    const giveUpAt = new Date(runtime.now() + giveUpAfterMs).toISOString()
    const started = await startSaga({ store, runtime, machines }, webhook, machineArns.webhook, {
      ...common,
      recipient: endpoint,
      input: { ...facts, endpoint, since, giveUpAt },
    })
    observer.info(started, { saga: webhook.name, tenant, eventId, correlationId })
  }
}
