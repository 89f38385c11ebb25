import { isFinal } from '../../domain/attachment.ts'
import { attachment as definition } from '../../sagas/attachment/attachment.ts'
import { attachmentOfKey, cleanKey, cleanPrefix } from '../../sagas/attachment/object-keys.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import type { AttachmentRef, StoredAttachment } from '../../tables/attachments.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import type { Evidence, Stored } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

/** Two rounds of the sweeper: a younger object in quarantine may still be on its way out. */
const sweptWithinMs = 150_000

export const readyHasItsObject: Invariant = {
  number: 20,
  promise: 'a ready attachment has its object, hash and length equal, and nothing infected in it',
  violations({ attachments, objects }) {
    if (!objects) return []
    const byKey = new Map(objects.map((object) => [object.key, object]))
    return attachments.flatMap((stored): Violation[] => {
      const { state, sha256, sizeBytes } = stored.is
      if (state !== 'ready') return []
      const object = byKey.get(cleanKey(refOf(stored)))
      if (!object) return [{ subject: subjectOf(stored), what: 'is ready, and its object is not there' }]
      if (object.sha256 !== sha256 || object.sizeBytes !== sizeBytes)
        return [{ subject: subjectOf(stored), what: 'is ready, and its object is another one' }]
      return object.isInfected ? [{ subject: subjectOf(stored), what: 'is ready, and infected' }] : []
    })
  },
}

export const nothingIsOrphaned: Invariant = {
  number: 21,
  promise: 'no orphan object or row after the sweep: attachments, their sagas, objects and reserved bytes agree',
  violations(evidence) {
    return [...rowsWithoutEnd(evidence), ...strayObjects(evidence), ...bytesAreExact(evidence)]
  },
}

/** What an attachment says of its saga, and the other way round. */
function rowsWithoutEnd({ attachments, sagas, tickets, events }: Evidence): Violation[] {
  const headers = new Set(tickets.map(({ pk }) => pk))
  const bySaga = new Map(sagas.map(({ tenant, is }) => [`${tenant} ${is.id}`, is]))
  const known = new Set<string>()
  const found = attachments.flatMap((stored): Violation[] => {
    const { tenant, is, pk } = stored
    const subject = subjectOf(stored)
    const id = `${tenant} ${attachmentSagaId({ ticketId: is.ticketId, attachmentId: is.id })}`
    known.add(id)
    const what: string[] = []
    if (!headers.has(pk)) what.push('has no ticket')
    const added = (events.get(pk) ?? []).filter(
      (event) => event.type === 'ticket.attachment_added' && event.data.attachmentId === is.id,
    )
    if (added.length !== (is.state === 'ready' ? 1 : 0))
      what.push(`is ${is.state}, and ${added.length} events tell that it was added`)
    const unlike = unlikeItsSaga(is, bySaga.get(id))
    if (unlike) what.push(unlike)
    return what.map((each) => ({ subject, what: each }))
  })
  const without = sagas.filter(({ tenant, is }) => is.name === definition.name && !known.has(`${tenant} ${is.id}`))
  return [...found, ...without.map(({ pk }) => ({ subject: pk, what: 'takes in a file of which there is no row' }))]
}

function unlikeItsSaga({ state }: StoredAttachment, saga: SagaRecord | undefined): string | undefined {
  if (!saga) return 'was asked for, and no saga takes it in'
  if (hasEnded(saga) && !isFinal(state)) return `is ${state}, and its saga is ${saga.state}`
  if ((state === 'rejected' || state === 'expired') && saga.state !== 'compensated')
    return `is ${state}, and its saga is ${saga.state}`
  return state === 'ready' && saga.state === 'compensated' ? 'is ready, and its saga is compensated' : undefined
}

function strayObjects({ objects = [], attachments, sagas, readAtMs }: Evidence): Violation[] {
  const states = new Map(attachments.map((stored) => [pathOf(refOf(stored)), stored.is.state]))
  const live = new Set(
    sagas
      .filter(({ is }) => is.name === definition.name && !hasEnded(is))
      .map(({ tenant, is }) => `${tenant} ${is.id}`),
  )
  return objects.flatMap(({ key, storedAtMs }): Violation[] => {
    const ref = attachmentOfKey(key)
    const state = ref && states.get(pathOf(ref))
    if (!ref || !state) return [{ subject: key, what: 'belongs to no attachment' }]
    const isLive = live.has(`${ref.tenant} ${attachmentSagaId({ ticketId: ref.ticketId, attachmentId: ref.id })}`)
    if (isLive || (key.startsWith(cleanPrefix) && state === 'ready')) return []
    const isYoung = !key.startsWith(cleanPrefix) && readAtMs - storedAtMs < sweptWithinMs
    return isYoung ? [] : [{ subject: key, what: `was left behind by an attachment that is ${state}` }]
  })
}

/** What a tenant's attachments take up equals the reservations that stand. */
function bytesAreExact({ attachmentBytes, fences }: Evidence): Violation[] {
  const standing = fences.flatMap(({ tenant, sk, is }) =>
    sk === 'STEP#quota' && is.state === 'done' ? [{ tenant, bytes: (is.result as { bytes: number }).bytes }] : [],
  )
  const byTenant = Map.groupBy(standing, ({ tenant }) => tenant)
  const counted = new Map(attachmentBytes.map(({ tenant, is }) => [tenant, is.usedBytes]))
  return [...new Set([...byTenant.keys(), ...counted.keys()])].flatMap((tenant) => {
    const reserved = (byTenant.get(tenant) ?? []).reduce((total, { bytes }) => total + bytes, 0)
    const used = counted.get(tenant) ?? 0
    return used === reserved
      ? []
      : [{ subject: `attachments of ${tenant}`, what: `take up ${used} bytes, ${reserved} are reserved` }]
  })
}

function refOf({ tenant, is }: Stored<StoredAttachment>): AttachmentRef {
  return { tenant, ticketId: is.ticketId, id: is.id }
}

function pathOf({ tenant, ticketId, id }: AttachmentRef): string {
  return `${aggregateKey(tenant, { type: 'ticket', id: ticketId })} ${id}`
}

function subjectOf({ pk, sk }: Stored<StoredAttachment>): string {
  return `${pk} ${sk}`
}
