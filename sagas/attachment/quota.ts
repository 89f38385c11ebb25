import { attachmentBytesRow, releaseBytes, releaseUpload, reserveBytes } from '../../tables/attachment-quota.ts'
import { failAttachment } from '../../tables/attachments.ts'
import { readRow } from '../../tables/read-row.ts'
import { type Plan, refuse, type UndoPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { readAttachment, refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import { neverUploaded } from './upload.ts'

export type ReservedBytes = { bytes: number }

/** Reserves the file's bytes in the tenant's quota, before anything is uploaded. The person's were reserved with the request. */
export async function reserveQuota(context: StepContext<RequestedAttachment>): Promise<Plan<ReservedBytes>> {
  const { saga, store } = context
  const used = await readRow(store, attachmentBytesRow(saga.tenant))
  const { sizeBytes: bytes } = await readAttachment(context)
  const reserved = reserveBytes(saga.tenant, bytes, used)
  return reserved ? write([reserved], { bytes }) : refuse('the attachments of this tenant have used up their quota')
}

/**
 * The last undo: releases the reserved bytes and the person's upload slot, and sets the attachment's final state. It runs even when nothing
 * was reserved, and in the transaction that ends the saga, so that `rejected` and `expired` never appear before the saga is compensated.
 */
export async function releaseQuota(
  context: StepContext<RequestedAttachment> & { result: ReservedBytes | undefined },
): Promise<UndoPlan> {
  const { saga, result } = context
  const released = result ? [releaseBytes(saga.tenant, result.bytes)] : []
  const attachment = await readAttachment(context)
  const { state, uploadedAt } = attachment
  const why = saga.reason?.replace(/^[a-z-]+: /, '') ?? 'the file could not be accepted'
  const isExpired = state === 'awaiting_upload' && (why === neverUploaded || !uploadedAt)
  return {
    plan: 'write',
    writes: [
      ...released,
      ...releaseUpload(saga.tenant, attachment),
      failAttachment(refOf(context), isExpired ? 'expired' : 'rejected', why),
    ],
  }
}
