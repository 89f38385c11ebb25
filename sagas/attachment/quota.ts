import { attachmentBytesRow, releaseBytes, reserveBytes } from '../../tables/attachment-quota.ts'
import { attachmentRow, giveUp } from '../../tables/attachments.ts'
import { readRow } from '../../tables/read-row.ts'
import { type Plan, refuse, type UndoPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { readAttachment, refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import { neverUploaded } from './upload.ts'

export type ReservedBytes = { bytes: number }

/** Room for the file among the tenant's bytes, before anything is uploaded. */
export async function reserveQuota(context: StepContext<RequestedAttachment>): Promise<Plan<ReservedBytes>> {
  const { saga, store } = context
  const used = await readRow(store, attachmentBytesRow(saga.tenant))
  const { sizeBytes: bytes } = await readAttachment(context)
  const reserved = reserveBytes(saga.tenant, bytes, used)
  return reserved ? write([reserved], { bytes }) : refuse('the attachments of this tenant take up all of their room')
}

/**
 * The last of the undoes: gives the room back, and tells the caller. Runs also when nothing was reserved, and in the transaction that
 * ends the saga, so `rejected` and `expired` are never seen before it is compensated.
 */
export async function releaseQuota(
  context: StepContext<RequestedAttachment> & { result: ReservedBytes | undefined },
): Promise<UndoPlan> {
  const { saga, store, result } = context
  const released = result ? [releaseBytes(saga.tenant, result.bytes)] : []
  const attachment = await readRow(store, attachmentRow(refOf(context)))
  if (!attachment) return { plan: 'write', writes: released }
  const { state, uploadedAt } = attachment
  const why = saga.reason?.replace(/^[a-z-]+: /, '') ?? 'it could not be taken in'
  const isExpired = state === 'awaiting_upload' && (why === neverUploaded || !uploadedAt)
  return { plan: 'write', writes: [...released, giveUp(refOf(context), isExpired ? 'expired' : 'rejected', why)] }
}
