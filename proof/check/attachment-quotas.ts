import type { Attachment } from '../../domain/attachment.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { removalSagaId } from '../../sagas/removal/saga-id.ts'
import { personOfCounter } from '../../tables/attachment-quota.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Evidence } from './evidence.ts'
import { fencesBySaga } from './fences.ts'
import type { Violation } from './invariant.ts'

/** What one attachment holds of a quota. */
interface Held {
  openUploads: number
  usedBytes: number
}

const nothing: Held = { openUploads: 0, usedBytes: 0 }

/** Tenants whose counter of attachment bytes differs from the bytes of their stored files and of the reserved uploads in progress. */
export function wrongByteCounts(evidence: Evidence): Violation[] {
  const isDone = doneSteps(evidence)
  const held = sumBy(evidence, ({ tenant, value }) => {
    const { ticketId, id: attachmentId, sizeBytes } = value
    const isReserved = isOpen(value) && isDone(tenant, attachmentSagaId({ ticketId, attachmentId }), 'quota')
    const usedBytes = isReserved || isStored(value, tenant, isDone) ? sizeBytes : 0
    return { of: tenant, held: { openUploads: 0, usedBytes } }
  })
  const counters = new Map(evidence.attachmentBytes.map(({ tenant, value }) => [tenant, value.usedBytes]))
  return [...new Set([...held.keys(), ...counters.keys()])].flatMap((tenant) => {
    const counted = counters.get(tenant) ?? 0
    const { usedBytes } = held.get(tenant) ?? nothing
    if (counted === usedBytes) return []
    const problem = `counts ${counted} bytes, but ${usedBytes} bytes are stored or reserved`
    return [{ subject: `the quota of ${tenant}`, problem }]
  })
}

/** People whose counter differs from their uploads in progress, or from the bytes of those and of their stored files. */
export function wrongUploadCounts(evidence: Evidence): Violation[] {
  const isDone = doneSteps(evidence)
  const held = sumBy(evidence, ({ tenant, value }) => {
    if (!value.isCounted) return undefined
    const openUploads = isOpen(value) ? 1 : 0
    const usedBytes = openUploads || isStored(value, tenant, isDone) ? value.sizeBytes : 0
    return { of: `${tenant} ${value.requestedBy}`, held: { openUploads, usedBytes } }
  })
  const counters = new Map<string, Held>(
    evidence.uploadCounters.map(({ tenant, sk, value }) => [`${tenant} ${personOfCounter(sk)}`, value]),
  )
  return [...new Set([...held.keys(), ...counters.keys()])].flatMap((person) => {
    const counted = counters.get(person) ?? nothing
    const has = held.get(person) ?? nothing
    if (counted.openUploads === has.openUploads && counted.usedBytes === has.usedBytes) return []
    const problem = `counts ${counted.openUploads} uploads and ${counted.usedBytes} bytes, but has ${has.openUploads} and ${has.usedBytes}`
    return [{ subject: `the quota of ${person}`, problem }]
  })
}

function sumBy(
  { attachments }: Evidence,
  holding: (stored: Evidence['attachments'][number]) => { of: string; held: Held } | undefined,
): Map<string, Held> {
  const sums = new Map<string, Held>()
  for (const stored of attachments) {
    const one = holding(stored)
    if (!one) continue
    const { openUploads, usedBytes } = sums.get(one.of) ?? nothing
    sums.set(one.of, {
      openUploads: openUploads + one.held.openUploads,
      usedBytes: usedBytes + one.held.usedBytes,
    })
  }
  return sums
}

const openStates: ReadonlySet<string> = new Set(['requested', 'awaiting_upload', 'inspecting'])

function isOpen({ state }: Attachment): boolean {
  return openStates.has(state)
}

/** Whether the file counts as stored: a removed one does until its bytes are released. */
function isStored({ state, ticketId, id, removalSeq: seq }: Attachment, tenant: string, isDone: IsDone): boolean {
  if (state === 'ready' || state === 'removing') return true
  if (state !== 'removed' || seq === undefined) return false
  return !isDone(tenant, removalSagaId({ ticketId, attachmentId: id, seq }), 'release')
}

/** Whether a step of a saga is done, by its fence, or by the saga when its fences have expired. */
type IsDone = (tenant: string, sagaId: string, step: string) => boolean

function doneSteps(evidence: Evidence): IsDone {
  const fences = fencesBySaga(evidence)
  const completed = new Set(evidence.sagas.flatMap(({ pk, value }) => (value.state === 'completed' ? [pk] : [])))
  return (tenant, sagaId, step) => {
    const pk = aggregateKey(tenant, { type: 'saga', id: sagaId })
    return completed.has(pk) || fences.get(pk)?.get(step)?.state === 'done'
  }
}
