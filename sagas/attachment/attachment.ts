import * as z from 'zod'
import { ResourceId } from '../../domain/ids.ts'
import { saga } from '../saga.ts'
import { cleanQuarantine } from './clean.ts'
import { inspect, nothingToUndo } from './inspect.ts'
import { promote, withdrawObject } from './promote.ts'
import { publish } from './publish.ts'
import { releaseQuota, reserveQuota } from './quota.ts'
import { afterSlotSeconds, concludeUpload, deleteUpload, openSlot, wakeIfUploaded } from './upload.ts'

/** One attachment that was asked for. What is to be uploaded is read from its row. */
export const RequestedAttachment = z.strictObject({ ticketId: ResourceId, attachmentId: ResourceId })
export type RequestedAttachment = z.infer<typeof RequestedAttachment>

/** How long a slot is open, unless the deployment says otherwise. */
export const uploadSecondsDefault = 15 * 60

/**
 * Takes in one file: room for it, an upload to quarantine, an inspection, a copy of exactly what was inspected, and then it is part
 * of its ticket. Until that, everything is taken back when something fails.
 */
export const attachment = saga('attachment', RequestedAttachment)
  .compensatable('quota', { do: reserveQuota, undo: releaseQuota, undoUnattempted: true })
  .compensatable('upload', {
    callback: {
      open: openSlot,
      opened: wakeIfUploaded,
      timeoutSeconds: waitSecondsFor(uploadSecondsDefault),
    },
    do: concludeUpload,
    undo: deleteUpload,
  })
  .compensatable('inspect', { do: inspect, undo: nothingToUndo, timeoutSeconds: 30 })
  .compensatable('promote', { do: promote, undo: withdrawObject, timeoutSeconds: 15 })
  .pivot('publish', { do: publish })
  .retriable('clean', { do: cleanQuarantine })

/** How long the machine waits for a slot that is open for so many seconds. */
export function waitSecondsFor(uploadSeconds: number): number {
  return uploadSeconds + afterSlotSeconds
}
