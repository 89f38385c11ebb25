import { recipientsOf } from '../../domain/recipients.ts'
import { definitionOf, sagas as known } from '../../sagas/all.ts'
import { attachment } from '../../sagas/attachment/attachment.ts'
import { notification } from '../../sagas/notification/notification.ts'
import type { SagaStep } from '../../sagas/saga.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import type { SagaRecord } from '../../tables/sagas.ts'
import type { Evidence } from './evidence.ts'
import { fencesBySaga } from './fences.ts'
import type { Invariant, Violation } from './invariant.ts'
import { mailsAreOfSagas } from './mails.ts'
import { subjectOf } from './tickets.ts'
import { deliveriesAreOnce, endpointsOf } from './webhooks.ts'

/** One under a version that is not known is judged by the steps of its name. */
const definitions: Record<string, readonly SagaStep[]> = Object.fromEntries(
  known.toReversed().map(({ name, steps }) => [name, steps]),
)

export const sagasAreAllOrNothing: Invariant = {
  number: 15,
  promise: 'a completed saga did each step once, a compensated one comes to net zero: fences, notices and budget agree',
  violations(evidence) {
    const found: Violation[] = []
    const fences = fencesBySaga(evidence)
    for (const { pk, is: saga } of evidence.sagas) {
      const steps = definitionOf(saga)?.steps ?? definitions[saga.name]
      if (!steps) {
        found.push({ subject: pk, what: `is a ${saga.name}, of which nothing is known` })
        continue
      }
      for (const { name } of steps) {
        const state = fences.get(pk)?.get(name)?.state ?? 'absent'
        if (saga.state === 'completed' && state !== 'done')
          found.push({ subject: pk, what: `is completed, its step ${name} is ${state}` })
        if (saga.state === 'compensated' && (state === 'done' || state === 'intent'))
          found.push({ subject: pk, what: `is compensated, its step ${name} is ${state}` })
      }
    }
    return [...found, ...budgetsAreExact(evidence)]
  },
}

/** Each counter of an hour's sends equals the reservations that stand. */
function budgetsAreExact({ fences, quotas }: Evidence): Violation[] {
  const standing = fences.flatMap(({ tenant, sk, is }) => {
    if (sk !== 'STEP#budget' || is.state !== 'done') return []
    const { shard, hour } = is.result as { shard: number; hour: number }
    return [`${tenant} ${shard} ${hour}`]
  })
  const counted = Map.groupBy(standing, (place) => place)
  return quotas.flatMap(({ pk, sk, tenant, is }) => {
    const reserved = counted.get(`${tenant} ${sk.replace('SHARD#', '')} ${is.hour}`)?.length ?? 0
    return reserved === is.used
      ? []
      : [{ subject: `${pk} ${sk}`, what: `counts ${is.used} sends, ${reserved} reservations stand` }]
  })
}

export const oneSagaPerPurpose: Invariant = {
  number: 19,
  promise: 'one saga per (event, purpose, recipient), for exactly the people and endpoints whom the event concerns',
  violations({ sagas, events }) {
    const started = Map.groupBy(sagas, ({ tenant, is }) => purpose(tenant, is.name, is.eventId, is.recipient))
    const found: Violation[] = [...started.values()]
      .filter((same) => same.length > 1)
      .map((same) => ({ subject: same.map(({ pk }) => pk).join(', '), what: 'serve the same purpose' }))
    const wanted = new Set<string>()
    for (const history of events.values()) {
      if (history[0]?.aggregate.type !== 'ticket') continue
      // A history with a gap is invariant 2's to tell: nobody knows whom its later events concern.
      const gapAt = history.findIndex(({ seq }, index) => seq !== index + 1)
      const whole = gapAt < 0 ? history : history.slice(0, gapAt)
      for (const [index, event] of whole.entries()) {
        for (const recipient of recipientsOf(history.slice(0, index + 1))) {
          const key = purpose(event.tenant, notification.name, event.id, recipient)
          wanted.add(key)
          if (!started.has(key))
            found.push({ subject: subjectOf(event), what: `started no notification for ${recipient}` })
        }
        if (event.type === 'ticket.attachment_requested')
          wanted.add(purpose(event.tenant, attachment.name, event.id, undefined))
        const { allowed, required } = endpointsOf({ events }, event)
        for (const name of allowed) wanted.add(purpose(event.tenant, webhook.name, event.id, name))
        for (const name of required)
          if (!started.has(purpose(event.tenant, webhook.name, event.id, name)))
            found.push({ subject: subjectOf(event), what: `started no message for the endpoint ${name}` })
      }
    }
    for (const [key, [saga]] of started)
      if (saga && !wanted.has(key))
        found.push({ subject: saga.pk, what: 'was started for someone whom its event does not concern' })
    return found
  },
}

export const oneNoticePerPerson: Invariant = {
  number: 22,
  promise: 'one notice per (event, recipient, channel), none for what was rolled back',
  violations({ sagas, notices, ...evidence }) {
    const found: Violation[] = []
    const fences = fencesBySaga(evidence)
    const shown = Map.groupBy(notices, ({ pk, is }) => `${pk} ${is.ticketId} ${is.seq}`)
    for (const [, same] of shown)
      if (same.length > 1) found.push({ subject: `${same[0]?.pk}`, what: `got ${same.length} notices of one event` })
    const noticesBySaga = new Map(
      notices.map(({ sk, tenant, is }) => [`${tenant} ${sk.slice(sk.indexOf('-') + 1)}`, is]),
    )
    const known = new Set(sagas.map(({ tenant, is }) => `${tenant} ${is.id}`))
    for (const { pk, tenant, is: saga } of sagas) {
      const fence = fences.get(pk)?.get('notice')
      const stands = fence?.state === 'done' && 'noticeId' in (fence.result as object)
      const there = noticesBySaga.has(`${tenant} ${saga.id}`)
      if (stands && !there) found.push({ subject: pk, what: 'posted a notice that is not there' })
      if (!stands && there)
        found.push({ subject: pk, what: 'withdrew its notice, or never posted it, and it is there' })
    }
    for (const saga of noticesBySaga.keys())
      if (!known.has(saga)) found.push({ subject: `notice of ${saga}`, what: 'belongs to no saga' })
    return [...found, ...deliveriesAreOnce({ ...evidence, sagas }), ...mailsAreOfSagas({ ...evidence, sagas })]
  },
}

function purpose(tenant: string, name: string, eventId: string, recipient: SagaRecord['recipient']): string {
  return `${tenant} ${name} ${eventId} ${recipient}`
}
