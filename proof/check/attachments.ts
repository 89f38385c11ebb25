import { isFinal } from '../../domain/attachment.ts'
import { attachment as definition } from '../../sagas/attachment/attachment.ts'
import { attachmentOfKey, cleanKey, cleanPrefix } from '../../sagas/attachment/object-keys.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import type { AttachmentRef, StoredAttachment } from '../../tables/attachments.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import type { Evidence, Stored } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

/** Two rounds of the sweeper: it may not have reached a younger object in quarantine yet. */
const sweptWithinMs = 150_000

const noObject = 'is ready, but its object does not exist: restore its old version, if the bucket still keeps one'

export const readyAttachmentsHaveTheirObject: Invariant = {
  number: 20,
  promise: 'Every ready attachment has its object, with the same hash and length, and the object is not infected.',
  violations({ attachments, objects }) {
    if (!objects) return []
    const objectsByKey = new Map(objects.map((object) => [object.key, object]))
    return attachments.flatMap((stored): Violation[] => {
      const { state, sha256, sizeBytes } = stored.value
      if (state !== 'ready') return []
      const object = objectsByKey.get(cleanKey(refOf(stored)))
      // Only current versions are read: what S3 keeps of a deleted file does not serve anybody.
      if (!object) return [{ subject: subjectOf(stored), problem: noObject }]
      if (object.sha256 !== sha256 || object.sizeBytes !== sizeBytes)
        return [{ subject: subjectOf(stored), problem: 'is ready, but its object has another hash or length' }]
      return object.isInfected ? [{ subject: subjectOf(stored), problem: 'is ready, but its object is infected' }] : []
    })
  },
}

export const nothingIsOrphaned: Invariant = {
  number: 21,
  promise:
    'After the sweep no object and no row is orphaned: attachments, their sagas, their objects and the reserved bytes agree.',
  violations(evidence) {
    return [...orphanedRows(evidence), ...orphanedObjects(evidence), ...wrongByteCounts(evidence)]
  },
}

/** Attachments that disagree with their ticket, events or saga, and sagas without an attachment. */
function orphanedRows({ attachments, sagas, tickets, events }: Evidence): Violation[] {
  const ticketPks = new Set(tickets.map(({ pk }) => pk))
  const sagasById = new Map(sagas.map(({ tenant, value }) => [`${tenant} ${value.id}`, value]))
  const expectedSagas = new Set<string>()
  const found = attachments.flatMap((stored): Violation[] => {
    const { tenant, value: attachment, pk } = stored
    const subject = subjectOf(stored)
    const sagaId = `${tenant} ${attachmentSagaId({ ticketId: attachment.ticketId, attachmentId: attachment.id })}`
    expectedSagas.add(sagaId)
    const problems: string[] = []
    if (!ticketPks.has(pk)) problems.push('belongs to a ticket that does not exist')
    const added = (events.get(pk) ?? []).filter(
      (event) => event.type === 'ticket.attachment_added' && event.data.attachmentId === attachment.id,
    )
    if (added.length !== (attachment.state === 'ready' ? 1 : 0))
      problems.push(`is ${attachment.state}, but the ticket has ${added.length} ticket.attachment_added events for it`)
    const mismatch = mismatchWithSaga(attachment, sagasById.get(sagaId))
    if (mismatch) problems.push(mismatch)
    return problems.map((problem) => ({ subject, problem }))
  })
  const withoutRow = sagas.filter(
    ({ tenant, value }) => value.name === definition.name && !expectedSagas.has(`${tenant} ${value.id}`),
  )
  return [...found, ...withoutRow.map(({ pk }) => ({ subject: pk, problem: 'handles an attachment that has no row' }))]
}

function mismatchWithSaga({ state }: StoredAttachment, saga: SagaRecord | undefined): string | undefined {
  if (!saga) return 'was requested, but has no saga'
  if (hasEnded(saga) && !isFinal(state)) return `is ${state}, but its saga is ${saga.state}`
  if ((state === 'rejected' || state === 'expired') && saga.state !== 'compensated')
    return `is ${state}, but its saga is ${saga.state}`
  return state === 'ready' && saga.state === 'compensated' ? 'is ready, but its saga is compensated' : undefined
}

function orphanedObjects({ objects = [], attachments, sagas, readAtMs }: Evidence): Violation[] {
  const states = new Map(attachments.map((stored) => [pathOf(refOf(stored)), stored.value.state]))
  const liveSagas = new Set(
    sagas
      .filter(({ value }) => value.name === definition.name && !hasEnded(value))
      .map(({ tenant, value }) => `${tenant} ${value.id}`),
  )
  return objects.flatMap(({ key, storedAtMs }): Violation[] => {
    const ref = attachmentOfKey(key)
    const state = ref && states.get(pathOf(ref))
    if (!ref || !state) return [{ subject: `object ${key}`, problem: 'belongs to no attachment' }]
    const isLive = liveSagas.has(`${ref.tenant} ${attachmentSagaId({ ticketId: ref.ticketId, attachmentId: ref.id })}`)
    if (isLive || (key.startsWith(cleanPrefix) && state === 'ready')) return []
    const isYoung = !key.startsWith(cleanPrefix) && readAtMs - storedAtMs < sweptWithinMs
    return isYoung ? [] : [{ subject: `object ${key}`, problem: `was left behind by an attachment that is ${state}` }]
  })
}

/** Tenants whose counter of attachment bytes differs from the sum of their standing reservations. */
function wrongByteCounts({ attachmentBytes, fences }: Evidence): Violation[] {
  const reservations = fences.flatMap(({ tenant, sk, value }) =>
    sk === 'STEP#quota' && value.state === 'done' ? [{ tenant, bytes: (value.result as { bytes: number }).bytes }] : [],
  )
  const byTenant = Map.groupBy(reservations, ({ tenant }) => tenant)
  const counters = new Map(attachmentBytes.map(({ tenant, value }) => [tenant, value.usedBytes]))
  return [...new Set([...byTenant.keys(), ...counters.keys()])].flatMap((tenant) => {
    const reserved = (byTenant.get(tenant) ?? []).reduce((total, { bytes }) => total + bytes, 0)
    const used = counters.get(tenant) ?? 0
    return used === reserved
      ? []
      : [{ subject: `the quota of ${tenant}`, problem: `counts ${used} bytes, but ${reserved} bytes are reserved` }]
  })
}

function refOf({ tenant, value }: Stored<StoredAttachment>): AttachmentRef {
  return { tenant, ticketId: value.ticketId, id: value.id }
}

function pathOf({ tenant, ticketId, id }: AttachmentRef): string {
  return `${aggregateKey(tenant, { type: 'ticket', id: ticketId })} ${id}`
}

function subjectOf({ pk, sk }: Stored<StoredAttachment>): string {
  return `${pk} ${sk}`
}
