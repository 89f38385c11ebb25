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

/** How long an upload slot stays open by default. */
export const uploadSecondsDefault = 15 * 60

/** Well below the lifetime of a function's credentials, which sign the upload address. */
export const uploadSecondsMax = 3_600

/** How long the saga waits for a verdict by default. A scan of a file of this size takes seconds, but AWS guarantees no time. */
export const scanSecondsDefault = 30 * 60

/** The scanned form waits for the service's verdict, and its inspection needs nothing outside. */
const scanner = () => 'scanner'

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
    dependency: scanner,
  },
  inspect: { do: inspect, undo: nothingToUndo, timeoutSeconds: 30 },
  promote: { do: promote, undo: withdrawObject, timeoutSeconds: 15 },
  publish: { do: publish },
  clean: { do: cleanQuarantine },
} as const

/**
 * Adds one file to a ticket: reserve quota, wait for the upload to quarantine, inspect it, copy exactly what was inspected, publish it. A
 * failure before it is published undoes everything.
 */
export const attachment = saga('attachment', RequestedAttachment)
  .compensatable('quota', steps.quota)
  .compensatable('upload', steps.upload)
  .compensatable('inspect', { ...steps.inspect, dependency: scanner })
  .compensatable('promote', steps.promote)
  .pivot('publish', steps.publish)
  .retriable('clean', steps.clean)

/** The form for deployments where a service scans uploads for malware: the saga waits for its verdict, and only a clean file passes. */
export const scannedAttachment = saga('attachment', RequestedAttachment, 'scanned')
  .compensatable('quota', steps.quota)
  .compensatable('upload', steps.upload)
  .compensatable('scan', steps.scan)
  .compensatable('inspect', steps.inspect)
  .compensatable('promote', steps.promote)
  .pivot('publish', steps.publish)
  .retriable('clean', steps.clean)

/** The form that a deployment runs. */
export function attachmentSaga({ isScanned }: { isScanned: boolean }): Saga<AttachmentTools> {
  return isScanned ? scannedAttachment : attachment
}

/** How long the state machine waits for a slot that is open for `uploadSeconds`. */
export function waitSecondsFor(uploadSeconds: number): number {
  return uploadSeconds + afterSlotSeconds
}
