import { type Saga, saga } from '../saga.ts'
import { cleanQuarantine } from './clean.ts'
import { inspect, nothingToUndo } from './inspect.ts'
import { promote, withdrawObject } from './promote.ts'
import { publish } from './publish.ts'
import { releaseQuota, reserveQuota } from './quota.ts'
import { RequestedAttachment } from './requested-attachment.ts'
import { awaitScan, concludeScan, wakeIfScanned } from './scan.ts'
import type { AttachmentTools } from './tools.ts'
import { afterSlotSeconds, concludeUpload, deleteUpload, openSlot, wakeIfUploaded } from './upload.ts'

/** How long a slot is open, unless the deployment says otherwise. */
export const uploadSecondsDefault = 15 * 60

/** How long a verdict is waited for, likewise. Scans of a file of our size take seconds, but AWS promises no time. */
export const scanSecondsDefault = 30 * 60

const steps = {
  quota: { do: reserveQuota, undo: releaseQuota, undoUnattempted: true },
  upload: {
    callback: { open: openSlot, opened: wakeIfUploaded, timeoutSeconds: waitSecondsFor(uploadSecondsDefault) },
    do: concludeUpload,
    undo: deleteUpload,
  },
  scan: {
    callback: { open: awaitScan, opened: wakeIfScanned, timeoutSeconds: scanSecondsDefault },
    do: concludeScan,
    undo: nothingToUndo,
  },
  inspect: { do: inspect, undo: nothingToUndo, timeoutSeconds: 30 },
  promote: { do: promote, undo: withdrawObject, timeoutSeconds: 15 },
  publish: { do: publish },
  clean: { do: cleanQuarantine },
} as const

/**
 * Takes in one file: room for it, an upload to quarantine, an inspection, a copy of exactly what was inspected, and then it is part
 * of its ticket. Until that, everything is taken back when something fails.
 */
export const attachment = saga('attachment', RequestedAttachment)
  .compensatable('quota', steps.quota)
  .compensatable('upload', steps.upload)
  .compensatable('inspect', steps.inspect)
  .compensatable('promote', steps.promote)
  .pivot('publish', steps.publish)
  .retriable('clean', steps.clean)

/** The same where a service scans uploads for malware: its verdict is waited for, and what it does not find clean goes no further. */
export const scannedAttachment = saga('attachment', RequestedAttachment, 'scanned')
  .compensatable('quota', steps.quota)
  .compensatable('upload', steps.upload)
  .compensatable('scan', steps.scan)
  .compensatable('inspect', steps.inspect)
  .compensatable('promote', steps.promote)
  .pivot('publish', steps.publish)
  .retriable('clean', steps.clean)

/** The form of which a deployment has one. */
export function attachmentSaga({ isScanned }: { isScanned: boolean }): Saga<AttachmentTools> {
  return isScanned ? scannedAttachment : attachment
}

/** How long the machine waits for a slot that is open for so many seconds. */
export function waitSecondsFor(uploadSeconds: number): number {
  return uploadSeconds + afterSlotSeconds
}
