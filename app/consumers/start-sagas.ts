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
import { type SagaStart, sagaId, startSaga } from '../../sagas/start-saga.ts'
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

/** One saga that an event starts. */
export interface PlannedSaga {
  saga: Saga
  start: SagaStart & { id: string }
}

/**
 * Starts the sagas of one event. It needs no checkpoint: a saga's row is created once, under an id that is derived from the event, so an
 * event may be handled repeatedly, late, or twice at once. Throws at the deadline (epoch milliseconds): the sagas that were started stay
 * started, and the next call starts the others.
 */
export async function startSagasOf(deps: StartSagasDeps, event: DomainEvent, deadlineMs: number): Promise<void> {
  for (const plan of plans) {
    const planned = await plan(deps, event, deadlineMs)
    await forEach(deps.runtime, planned, deadlineMs, (one) => startPlanned(deps, event, one))
  }
}

type PlanDeps = Pick<StartSagasDeps, 'store' | 'runtime' | 'isScanned'>

/**
 * The sagas that one event starts, started or not. Throws when the ticket can't be read as of the event yet, and at the deadline (epoch
 * milliseconds).
 */
export async function plannedSagas(deps: PlanDeps, event: DomainEvent, deadlineMs: number): Promise<PlannedSaga[]> {
  const planned: PlannedSaga[] = []
  for (const plan of plans) planned.push(...(await plan(deps, event, deadlineMs)))
  return planned
}

type Plan = (deps: PlanDeps, event: DomainEvent, deadlineMs: number) => Promise<PlannedSaga[]>

/** Plans in the order in which their sagas start: what a user waits for comes first. */
const plans: readonly Plan[] = [planAttachment, planRemoval, planNotifications, planWebhooks]

/** One attachment saga for a requested upload. */
async function planAttachment({ isScanned = false }: PlanDeps, event: DomainEvent): Promise<PlannedSaga[]> {
  if (event.type !== 'ticket.attachment_requested') return []
  const input = { ticketId: event.aggregate.id, attachmentId: event.data.attachmentId }
  return [
    planned(attachmentSaga({ isScanned }), event, { id: attachmentSagaId(input), requestedBy: event.actor, input }),
  ]
}

/** One removal saga for a requested removal. */
async function planRemoval(_: PlanDeps, event: DomainEvent): Promise<PlannedSaga[]> {
  if (event.type !== 'ticket.attachment_removal_requested') return []
  const input = { ticketId: event.aggregate.id, attachmentId: event.data.attachmentId, seq: event.seq }
  return [planned(removal, event, { id: removalSagaId(input), requestedBy: event.actor, input })]
}

/** One notification saga per user concerned. Throws when the ticket can't be read as of the event yet, and at the deadline. */
async function planNotifications(deps: PlanDeps, event: DomainEvent, deadlineMs: number): Promise<PlannedSaga[]> {
  if (event.aggregate.type !== 'ticket') return []
  const recipients = await readRecipients(deps, event, deadlineMs)
  return recipients.map((recipient) =>
    planned(notification, event, { recipient, input: { ...factsOf(event), recipient } }),
  )
}

/** One webhook saga per endpoint that was subscribed to the event's type when it was recorded. */
async function planWebhooks({ store, runtime }: PlanDeps, event: DomainEvent): Promise<PlannedSaga[]> {
  if (event.aggregate.type !== 'ticket') return []
  const giveUpAt = new Date(runtime.now() + giveUpAfterMs).toISOString()
  return (await readSubscribers(store, event)).map(({ name: endpoint, since }) =>
    planned(webhook, event, { recipient: endpoint, input: { ...factsOf(event), endpoint, since, giveUpAt } }),
  )
}

function planned(
  saga: Saga,
  event: DomainEvent,
  particulars: Pick<SagaStart, 'id' | 'recipient' | 'requestedBy' | 'input'>,
): PlannedSaga {
  const { tenant, aggregate, id: eventId } = event
  const start = { tenant, aggregate, eventId, ...traceOf(event), ...particulars }
  return { saga, start: { ...start, id: start.id ?? sagaId(saga, start) } }
}

async function startPlanned(
  { store, runtime, machines, machineArns, observer }: StartSagasDeps,
  { tenant, id: eventId, ...event }: DomainEvent,
  { saga, start }: PlannedSaga,
): Promise<void> {
  const machineArn = machineArns[saga.name as keyof typeof machineArns]
  const outcome = await startSaga({ store, runtime, machines }, saga, machineArn, start)
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
