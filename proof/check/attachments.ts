import { type Attachment, isUploadOver } from '../../domain/attachment.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { mustBeTakenBack } from '../../domain/take-back.ts'
import { attachment as definition } from '../../sagas/attachment/attachment.ts'
import { attachmentOfKey, cleanKey, cleanPrefix } from '../../sagas/attachment/object-keys.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { removal } from '../../sagas/removal/removal.ts'
import { removalSagaId } from '../../sagas/removal/saga-id.ts'
import type { AttachmentRef, StoredAttachment } from '../../tables/attachments.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import { wrongByteCounts, wrongUploadCounts } from './attachment-quotas.ts'
import type { Evidence, Stored } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

/** Two rounds of the sweeper: it may not have reached a younger object in quarantine yet. */
const sweptWithinMs = 150_000

const withoutObject = 'but its object does not exist: restore its old version, if the bucket still keeps one'

export const readyAttachmentsHaveTheirObject: Invariant = {
  number: 20,
  promise:
    'Every ready attachment, and every one whose removal is not decided yet, has its object, with the same hash and length, the object is not infected, and no scan has found malware in a ready one.',
  violations({ attachments, objects }) {
    const served = attachments
      .filter(({ value }) => mustBeTakenBack(value))
      .map((stored) => ({
        subject: subjectOf(stored),
        problem: `is ${stored.value.state}, although a scan found malware in it: sweep-copies should have begun its removal`,
      }))
    if (!objects) return served
    const objectsByKey = new Map(objects.map((object) => [object.key, object]))
    const withoutFile = attachments.flatMap((stored): Violation[] => {
      const { state, sha256, sizeBytes } = stored.value
      if (state !== 'ready' && state !== 'removing') return []
      const subject = subjectOf(stored)
      const object = objectsByKey.get(cleanKey(refOf(stored)))
      // Only current versions are read: what S3 keeps of a deleted file does not serve anybody.
      if (!object) return [{ subject, problem: `is ${state}, ${withoutObject}` }]
      if (object.sha256 !== sha256 || object.sizeBytes !== sizeBytes)
        return [{ subject, problem: `is ${state}, but its object has another hash or length` }]
      return object.isInfected ? [{ subject, problem: `is ${state}, but its object is infected` }] : []
    })
    return [...served, ...withoutFile]
  },
}

export const nothingIsOrphaned: Invariant = {
  number: 21,
  promise:
    'After the sweep no object and no row is orphaned: attachments, their sagas, their objects and the bytes that tenant and person are charged for agree.',
  violations(evidence) {
    return [
      ...orphanedRows(evidence),
      ...orphanedObjects(evidence),
      ...wrongByteCounts(evidence),
      ...wrongUploadCounts(evidence),
    ]
  },
}

/** Attachments that disagree with their ticket, events or sagas, and sagas without an attachment. */
function orphanedRows({ attachments, sagas, tickets, events }: Evidence): Violation[] {
  const ticketPks = new Set(tickets.map(({ pk }) => pk))
  const sagasById = new Map(sagas.map(({ tenant, value }) => [`${tenant} ${value.id}`, value]))
  const expectedUploads = new Set<string>()
  const paths = new Set(attachments.map((stored) => pathOf(refOf(stored))))
  const found = attachments.flatMap((stored): Violation[] => {
    const { tenant, value: attachment, pk } = stored
    const sagaId = `${tenant} ${uploadSagaIdOf(attachment)}`
    expectedUploads.add(sagaId)
    const history = events.get(pk) ?? []
    const problems = [
      ...(ticketPks.has(pk) ? [] : ['belongs to a ticket that does not exist']),
      ...wrongEvents(attachment, history),
      ...mismatchWithUpload(attachment, sagasById.get(sagaId)),
      ...mismatchWithRemoval(attachment, sagasById.get(`${tenant} ${removalSagaIdOf(attachment)}`)),
    ]
    return problems.map((problem) => ({ subject: subjectOf(stored), problem }))
  })
  const withoutRow = sagas.filter(({ tenant, value }) => {
    if (value.name === definition.name) return !expectedUploads.has(`${tenant} ${value.id}`)
    if (value.name !== removal.name) return false
    const { ticketId, attachmentId } = value.input as { ticketId: string; attachmentId: string }
    return !paths.has(pathOf({ tenant, ticketId, id: attachmentId }))
  })
  return [...found, ...withoutRow.map(({ pk }) => ({ subject: pk, problem: 'handles an attachment that has no row' }))]
}

/** A file that is on its ticket was added once, a file that is not any more was removed once. */
function wrongEvents({ id, state }: Attachment, history: readonly DomainEvent[]): string[] {
  const wasAdded = state === 'ready' || state === 'removing' || state === 'removed'
  const expected = {
    'ticket.attachment_added': wasAdded ? 1 : 0,
    'ticket.attachment_removed': state === 'removed' ? 1 : 0,
  }
  return Object.entries(expected).flatMap(([type, count]) => {
    const recorded = history.filter(
      (event) => event.type === type && 'attachmentId' in event.data && event.data.attachmentId === id,
    )
    if (recorded.length === count) return []
    return [`is ${state}, but the ticket has ${recorded.length} ${type} events for it`]
  })
}

function mismatchWithUpload({ state }: StoredAttachment, saga: SagaRecord | undefined): string[] {
  if (!saga) return ['was requested, but has no saga']
  const failed = state === 'rejected' || state === 'expired'
  const contradicts =
    (hasEnded(saga) && !isUploadOver(state)) ||
    (failed && saga.state !== 'compensated') ||
    (isUploadOver(state) && !failed && saga.state === 'compensated')
  return contradicts ? [`is ${state}, but its saga is ${saga.state}`] : []
}

function mismatchWithRemoval({ state }: StoredAttachment, saga: SagaRecord | undefined): string[] {
  if (state !== 'removing' && state !== 'removed') return []
  if (!saga) return [`is ${state}, but has no removal saga`]
  const contradicts = state === 'removing' ? hasEnded(saga) : saga.state === 'compensated'
  return contradicts ? [`is ${state}, but its removal saga is ${saga.state}`] : []
}

function orphanedObjects({ objects = [], attachments, sagas, readAtMs }: Evidence): Violation[] {
  const stored = new Map(attachments.map((each) => [pathOf(refOf(each)), each.value]))
  const liveSagas = new Set(
    sagas.filter(({ value }) => !hasEnded(value)).map(({ tenant, value }) => `${tenant} ${value.id}`),
  )
  return objects.flatMap(({ key, storedAtMs }): Violation[] => {
    const ref = attachmentOfKey(key)
    const attachment = ref && stored.get(pathOf(ref))
    if (!ref || !attachment) return [{ subject: `object ${key}`, problem: 'belongs to no attachment' }]
    const { state } = attachment
    const isLive = [uploadSagaIdOf(attachment), removalSagaIdOf(attachment)].some((id) =>
      liveSagas.has(`${ref.tenant} ${id}`),
    )
    const isStored = state === 'ready' || state === 'removing'
    if (isLive || (key.startsWith(cleanPrefix) && isStored)) return []
    const isYoung = !key.startsWith(cleanPrefix) && readAtMs - storedAtMs < sweptWithinMs
    return isYoung ? [] : [{ subject: `object ${key}`, problem: `was left behind by an attachment that is ${state}` }]
  })
}

function uploadSagaIdOf({ ticketId, id }: Attachment): string {
  return attachmentSagaId({ ticketId, attachmentId: id })
}

function removalSagaIdOf({ ticketId, id, removalSeq: seq }: Attachment): string | undefined {
  return seq === undefined ? undefined : removalSagaId({ ticketId, attachmentId: id, seq })
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
