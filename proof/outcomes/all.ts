import { attachmentHarness, scannedAttachmentHarness } from './attachment.ts'
import { notificationHarness } from './notification.ts'
import { removalHarness } from './removal.ts'
import type { SagaHarness } from './saga-harness.ts'
import { webhookHarness } from './webhook.ts'

/** One harness for each saga in `sagas/all.ts`, in the same order; a test compares. */
export const harnesses: readonly SagaHarness[] = [
  notificationHarness,
  webhookHarness,
  attachmentHarness,
  scannedAttachmentHarness,
  removalHarness,
]
