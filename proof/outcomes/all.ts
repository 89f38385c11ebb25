import { attachmentRehearsal, scannedAttachmentRehearsal } from './attachment.ts'
import { notificationRehearsal } from './notification.ts'
import type { Rehearsal } from './rehearsal.ts'
import { webhookRehearsal } from './webhook.ts'

/** One for each saga in `sagas/all.ts`; a test asks for it. */
export const rehearsals: readonly Rehearsal[] = [
  notificationRehearsal,
  webhookRehearsal,
  attachmentRehearsal,
  scannedAttachmentRehearsal,
]
