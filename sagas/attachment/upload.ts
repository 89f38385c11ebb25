import * as attachments from '../../tables/attachments.ts'
import type { Write } from '../../tables/store.ts'
import { type Plan, refuse, type UndoPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { cleanKey, quarantineKey } from './object-keys.ts'
import { readAttachment, refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import type { AttachmentTools } from './tools.ts'

type Context = StepContext<RequestedAttachment, unknown, AttachmentTools>

/** Identifies exactly the bytes that were uploaded. */
export type UploadedObject = { etag: string; sizeBytes: number; contentType?: string }

export const neverUploaded = 'nothing was uploaded in time'

/** S3 checks the expiry of a presigned URL when a request starts. An upload that starts in the last second may take this long. */
export const afterSlotSeconds = 60

/** Opens the upload slot: from now on the upload URL can be read, and the upload's event can wake the saga. */
export async function openSlot(context: Context & { token: string; replaces: string | undefined }): Promise<Write[]> {
  const { token, replaces, nowMs, tools } = context
  const row = await readAttachment(context)
  const expiresAt = row.uploadExpiresAt ?? new Date(nowMs + tools.uploadSeconds * 1000).toISOString()
  return [attachments.openSlot(refOf(context), { token, replaces, expiresAt })]
}

/** Wakes itself when the upload arrived before the token was stored, or when an earlier execution has already taken it. */
export async function wakeIfUploaded(context: Context & { token: string }): Promise<void> {
  const { state, uploadedAt } = await readAttachment(context)
  if (uploadedAt || state !== 'awaiting_upload') await context.tools.callbacks.succeed(context.token)
}

/** Concludes after a callback or a timeout: the object itself tells which of them it was. */
export async function concludeUpload(context: Context): Promise<Plan<UploadedObject>> {
  const { state } = await readAttachment(context)
  const found = await context.tools.objects.head(quarantineKey(refOf(context)))
  if (!found || state !== 'awaiting_upload') return refuse(neverUploaded)
  return write([attachments.startInspection(refOf(context))], found)
}

/**
 * Deletes the quarantined object, and then the clean copy once more: a copy that was still in flight when `promote` was undone has no
 * source from now on.
 */
export async function deleteUpload(context: Context): Promise<UndoPlan> {
  const { objects } = context.tools
  return {
    plan: 'call',
    call: async () => {
      await objects.delete(quarantineKey(refOf(context)))
      await objects.delete(cleanKey(refOf(context)))
    },
  }
}
