import { attachmentHarness, scannedAttachmentHarness } from './attachment.ts'
import { notificationHarness } from './notification.ts'
import type { SagaHarness } from './saga-harness.ts'
import { webhookHarness } from './webhook.ts'

/** One for each saga in `sagas/all.ts`; a test asks for it. */
export const harnesses: readonly SagaHarness[] = [
  notificationHarness,
  webhookHarness,
  attachmentHarness,
  scannedAttachmentHarness,
]
