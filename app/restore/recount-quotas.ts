import type { Attachment } from '../../domain/attachment.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { removalSagaId } from '../../sagas/removal/saga-id.ts'
import { isAttachmentBytes, isUploadCounter, restoredBytes, restoredUploads } from '../../tables/attachment-quota.ts'
import { isAttachmentKey, parseAttachment } from '../../tables/attachments.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { parseSaga } from '../../tables/sagas.ts'
import { isWebhookCounter, restoredCounter, SendCounter, type SendReservation } from '../../tables/send-quota.ts'
import type { Row } from '../../tables/store.ts'
import type { Draft } from './draft.ts'

/** Counts every quota again, from the fences that hold a part of one and the files that use one. */
export function recountQuotas(draft: Draft): void {
  recountSends(draft)
  recountFiles(draft)
}

/** The newest hour that a counter or a reservation in it knows: an earlier one is over. */
function recountSends(draft: Draft): void {
  const counters = new Map<string, { row: Row; hour: number; used: number }>()
  const reserved = new Map<string, number>()
  for (const row of draft.all('Quotas')) {
    if (isAttachmentBytes(row) || isUploadCounter(row)) continue
    const { hour, used } = SendCounter.parse(row)
    counters.set(`${row.pk} ${row.sk}`, { row, hour, used })
  }
  for (const fence of draft.all('StepKeys')) {
    if (fence.step !== 'budget' || fence.state !== 'done') continue
    const reservation = fence.result as SendReservation
    const row = restoredCounter(String(fence.tenant), reservation)
    const name = `${row.pk} ${row.sk}`
    const at = `${name} ${reservation.hour}`
    reserved.set(at, (reserved.get(at) ?? 0) + 1)
    const known = counters.get(name)
    if (!known || known.hour < reservation.hour) counters.set(name, { row, hour: reservation.hour, used: 0 })
  }
  for (const [name, { row, hour, used }] of counters) {
    const isReserved = reserved.get(`${name} ${hour}`) ?? 0
    // Attempts at a webhook after its first are counted, and have no fence.
    draft.put('Quotas', {
      ...row,
      hour,
      used: isWebhookCounter(String(row.pk)) ? Math.max(used, isReserved) : isReserved,
    })
  }
}

const openStates: ReadonlySet<string> = new Set(['requested', 'awaiting_upload', 'inspecting'])

function recountFiles(draft: Draft): void {
  const bytes = new Map<string, number>()
  const persons = new Map<string, { tenant: string; userId: string; openUploads: number; usedBytes: number }>()
  const isDone = doneSteps(draft)
  for (const row of draft.all('Quotas')) {
    if (isAttachmentBytes(row)) bytes.set(tenantOf(row), 0)
    if (isUploadCounter(row)) draft.remove('Quotas', row)
  }
  for (const row of draft.all('Tickets')) {
    if (!isAttachmentKey(String(row.sk))) continue
    const file = parseAttachment(row)
    const tenant = tenantOf(row)
    const { ticketId, id: attachmentId, sizeBytes, requestedBy: userId } = file
    const isOpen = openStates.has(file.state)
    const isHeld = isOpen && isDone(tenant, attachmentSagaId({ ticketId, attachmentId }), 'quota')
    const isStored = usesRoom(file, tenant, isDone)
    bytes.set(tenant, (bytes.get(tenant) ?? 0) + (isHeld || isStored ? sizeBytes : 0))
    if (!file.isCounted) continue
    const before = persons.get(`${tenant} ${userId}`) ?? { tenant, userId, openUploads: 0, usedBytes: 0 }
    const openUploads = before.openUploads + (isOpen ? 1 : 0)
    const usedBytes = before.usedBytes + (isOpen || isStored ? sizeBytes : 0)
    persons.set(`${tenant} ${userId}`, { tenant, userId, openUploads, usedBytes })
  }
  for (const [tenant, usedBytes] of bytes) draft.put('Quotas', restoredBytes(tenant, usedBytes))
  for (const { tenant, userId, ...counter } of persons.values())
    draft.put('Quotas', restoredUploads(tenant, userId, counter))
}

/** A removed file uses its room until that is released. */
function usesRoom({ state, ticketId, id: attachmentId, removalSeq: seq }: Attachment, tenant: string, isDone: IsDone) {
  if (state === 'ready' || state === 'removing') return true
  if (state !== 'removed' || seq === undefined) return false
  return !isDone(tenant, removalSagaId({ ticketId, attachmentId, seq }), 'release')
}

type IsDone = (tenant: string, sagaId: string, step: string) => boolean

/** Whether a step was done, by its fence, or by its saga where the fences have expired. */
function doneSteps(draft: Draft): IsDone {
  const completed = new Set(
    draft.all('Sagas').flatMap((row) => (parseSaga(row).state === 'completed' ? [String(row.pk)] : [])),
  )
  const done = new Set(draft.all('StepKeys').flatMap((row) => (row.state === 'done' ? [`${row.pk} ${row.step}`] : [])))
  return (tenant, sagaId, step) => {
    const pk = aggregateKey(tenant, { type: 'saga', id: sagaId })
    return completed.has(pk) || done.has(`${pk} ${step}`)
  }
}

function tenantOf({ pk }: Row): string {
  return String(pk).split('#')[1] ?? ''
}
