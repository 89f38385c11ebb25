import * as attachments from '../../tables/attachments.ts'
import type { Write } from '../../tables/store.ts'
import { type Plan, refuse, type UndoPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import { cleanKey, quarantineKey } from './object-keys.ts'
import { readAttachment, refOf } from './read-attachment.ts'
import type { RequestedAttachment } from './requested-attachment.ts'
import type { AttachmentTools } from './tools.ts'

type Context = StepContext<RequestedAttachment, unknown, AttachmentTools>

/** Exactly which bytes were uploaded. */
export type UploadedObject = { etag: string; sizeBytes: number }

export const neverUploaded = 'nothing was uploaded in time'

/** S3 looks at an address's time when a request begins: one that began in the last second may take so long to arrive. */
export const afterSlotSeconds = 60

/** From here on the address for the upload can be read, and whoever hears of the upload knows whom to wake. */
export async function openSlot(context: Context & { token: string; replaces: string | undefined }): Promise<Write[]> {
  const { token, replaces, nowMs, tools } = context
  const row = await readAttachment(context)
  const expiresAt = row.uploadExpiresAt ?? new Date(nowMs + tools.uploadSeconds * 1000).toISOString()
  return [attachments.openSlot(refOf(context), { token, replaces, expiresAt })]
}

/** An upload that was heard of before the token was there has woken nobody; one that an execution before this has taken wakes nobody any more. */
export async function wakeIfUploaded(context: Context & { token: string }): Promise<void> {
  const { state, uploadedAt } = await readAttachment(context)
  if (uploadedAt || state !== 'awaiting_upload') await context.tools.callbacks.succeed(context.token)
}

/** Woken, or out of time: the object itself says which. */
export async function concludeUpload(context: Context): Promise<Plan<UploadedObject>> {
  const { state } = await readAttachment(context)
  const found = await context.tools.objects.head(quarantineKey(refOf(context)))
  if (!found || state !== 'awaiting_upload') return refuse(neverUploaded)
  return write([attachments.beginInspection(refOf(context))], found)
}

/**
 * The clean copy goes once more after its source: a copy that was still on its way when the copying was undone finds nothing to copy
 * from now on.
 */
export async function deleteUpload(context: Context): Promise<UndoPlan> {
  const { objects } = context.tools
  return {
    plan: 'call',
    call: async () => {
      await objects.remove(quarantineKey(refOf(context)))
      await objects.remove(cleanKey(refOf(context)))
    },
  }
}
