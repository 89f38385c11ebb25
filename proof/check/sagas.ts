import { recipientsOf } from '../../domain/recipients.ts'
import { definitionOf, sagas as definitions } from '../../sagas/all.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { removal } from '../../sagas/removal/removal.ts'
import type { SagaStep } from '../../sagas/saga.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import type { SagaRecord } from '../../tables/sagas.ts'
import { counterOf, isWebhookCounter, reservedSinceMs, type SendReservation } from '../../tables/send-quota.ts'
import { fencesMayHaveExpired } from '../../tables/step-keys.ts'
import type { Evidence } from './evidence.ts'
import { fenceReader } from './fences.ts'
import type { Invariant, Violation } from './invariant.ts'
import { mailViolations } from './mails.ts'
import { formatEvent } from './tickets.ts'
import { deliveryViolations, endpointsFor } from './webhooks.ts'

/** The steps of a saga whose definition version the code no longer has are those of its name. */
const stepsByName: Record<string, readonly SagaStep[]> = Object.fromEntries(
  definitions.toReversed().map(({ name, steps }) => [name, steps]),
)

export const sagasAreAllOrNothing: Invariant = {
  number: 15,
  promise: 'A completed saga did every step once; a compensated saga left no net effect.',
  violations(evidence) {
    return [...unfinishedSteps(evidence), ...wrongSendCounters(evidence)]
  },
}

/** Steps of sagas that have ended whose fence contradicts the end. */
function unfinishedSteps(evidence: Evidence): Violation[] {
  const found: Violation[] = []
  const fenceOf = fenceReader(evidence)
  for (const stored of evidence.sagas) {
    const { pk, value: saga } = stored
    const steps = definitionOf(saga)?.steps ?? stepsByName[saga.name]
    if (!steps) {
      found.push({ subject: pk, problem: `is a saga of the unknown type ${saga.name}` })
      continue
    }
    for (const { name } of steps) {
      const { state } = fenceOf(stored, name)
      const contradicts =
        saga.state === 'completed'
          ? state !== 'done' && state !== 'expired'
          : saga.state === 'compensated' && (state === 'done' || state === 'intent')
      if (contradicts)
        found.push({ subject: pk, problem: `is ${saga.state}, but the fence of its step ${name} is ${state}` })
    }
  }
  return found
}

/**
 * Counters of mails that differ from the number of standing reservations for their shard and hour. Counters of webhooks count every
 * attempt, so at least each first one, which is reserved. So does a counter of an hour whose fences may be gone. A counter is kept for the
 * next hour, so there is one wherever anything was reserved.
 */
function wrongSendCounters({ fences, quotas, readAtMs }: Evidence): Violation[] {
  const reservations = fences.flatMap(({ tenant, sk, value }) => {
    if (sk !== 'STEP#budget' || value.state !== 'done') return []
    const reservation = value.result as SendReservation
    return [{ counter: counterOf(tenant, reservation), hour: reservation.hour }]
  })
  const byCounter = Map.groupBy(reservations, ({ counter }) => counter)
  const wrong = quotas.flatMap(({ pk, sk, value }) => {
    const reserved = (byCounter.get(`${pk} ${sk}`) ?? []).filter(({ hour }) => hour === value.hour).length
    const mayCountMore = isWebhookCounter(pk) || fencesMayHaveExpired(reservedSinceMs(value), readAtMs)
    return reserved === value.used || (mayCountMore && reserved < value.used)
      ? []
      : [{ subject: `${pk} ${sk}`, problem: `counts ${value.used} sends, but ${reserved} sends are reserved` }]
  })
  const stored = new Set(quotas.map(({ pk, sk }) => `${pk} ${sk}`))
  const lost = [...byCounter].filter(([counter]) => !stored.has(counter))
  return wrong.concat(
    lost.map(([subject, { length }]) => ({ subject, problem: `does not exist, but ${length} sends are reserved` })),
  )
}

export const oneSagaPerPurpose: Invariant = {
  number: 19,
  promise:
    'Each (event, purpose, recipient) has one saga with one live generation, for exactly the people and endpoints that the event concerns.',
  violations({ sagas, events }) {
    const started = Map.groupBy(sagas, ({ tenant, value }) =>
      purposeKey(tenant, value.name, value.eventId, value.recipient),
    )
    const found: Violation[] = [...started.values()]
      .filter((same) => same.length > 1)
      .map((same) => ({ subject: same.map(({ pk }) => pk).join(', '), problem: 'serve the same purpose' }))
    const expected = new Set<string>()
    for (const history of events.values()) {
      if (history[0]?.aggregate.type !== 'ticket') continue
      // Recipients are folded from the events before, so after a gap, which invariant 2 reports, they are not known.
      const gapAt = history.findIndex(({ seq }, index) => seq !== index + 1)
      const whole = gapAt < 0 ? history : history.slice(0, gapAt)
      for (const [index, event] of whole.entries()) {
        for (const recipient of recipientsOf(history.slice(0, index + 1))) {
          const key = purposeKey(event.tenant, notification.name, event.id, recipient)
          expected.add(key)
          if (!started.has(key))
            found.push({ subject: formatEvent(event), problem: `started no notification for ${recipient}` })
        }
        if (event.type === 'ticket.attachment_requested')
          expected.add(purposeKey(event.tenant, attachment.name, event.id, undefined))
        if (event.type === 'ticket.attachment_removal_requested') {
          const key = purposeKey(event.tenant, removal.name, event.id, undefined)
          expected.add(key)
          if (!started.has(key)) found.push({ subject: formatEvent(event), problem: 'started no removal' })
        }
        const { allowed, required } = endpointsFor(event, { events })
        for (const name of allowed) expected.add(purposeKey(event.tenant, webhook.name, event.id, name))
        for (const name of required)
          if (!started.has(purposeKey(event.tenant, webhook.name, event.id, name)))
            found.push({ subject: formatEvent(event), problem: `started no webhook saga for the endpoint ${name}` })
      }
    }
    for (const [key, [saga]] of started)
      if (saga && !expected.has(key))
        found.push({ subject: saga.pk, problem: 'was started for a recipient that its event does not concern' })
    return found
  },
}

export const oneNoticePerRecipient: Invariant = {
  number: 22,
  promise:
    'There is one notice per (event, recipient, channel) and none for what was rolled back; mails and webhook messages are sent at least once, all under one id.',
  violations(evidence) {
    return [...noticeViolations(evidence), ...deliveryViolations(evidence), ...mailViolations(evidence)]
  },
}

function noticeViolations({ sagas, notices, fences, readAtMs }: Evidence): Violation[] {
  const found: Violation[] = []
  const fenceOf = fenceReader({ fences, readAtMs })
  const noticesByEvent = Map.groupBy(notices, ({ pk, value }) => `${pk} ${value.ticketId} ${value.seq}`)
  for (const [, same] of noticesByEvent)
    if (same.length > 1)
      found.push({ subject: `${same[0]?.pk}`, problem: `got ${same.length} notices of the same event` })
  const noticesBySaga = new Map(
    notices.map(({ sk, tenant, value }) => [`${tenant} ${sk.slice(sk.indexOf('-') + 1)}`, value]),
  )
  const sagaIds = new Set(sagas.map(({ tenant, value }) => `${tenant} ${value.id}`))
  for (const stored of sagas) {
    const { pk, tenant, value: saga } = stored
    const fence = fenceOf(stored, 'notice')
    if (fence.state === 'expired') continue
    const isPosted = fence.state === 'done' && 'noticeId' in (fence.result as object)
    const isStored = noticesBySaga.has(`${tenant} ${saga.id}`)
    if (isPosted && !isStored) found.push({ subject: pk, problem: 'posted a notice that does not exist' })
    if (!isPosted && isStored)
      found.push({ subject: pk, problem: 'withdrew its notice or never posted it, but the notice exists' })
  }
  for (const id of noticesBySaga.keys())
    if (!sagaIds.has(id)) found.push({ subject: `the notice of saga ${id}`, problem: 'belongs to no saga' })
  return found
}

function purposeKey(tenant: string, name: string, eventId: string, recipient: SagaRecord['recipient']): string {
  return `${tenant} ${name} ${eventId} ${recipient}`
}
