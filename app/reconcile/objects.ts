import { cleanKey } from '../../sagas/attachment/object-keys.ts'
import { attachmentRow, isAttachmentKey, parseAttachment } from '../../tables/attachments.ts'
import { aggregateOfKey } from '../../tables/keys.ts'
import { readRow } from '../../tables/read-row.ts'
import { subjectOf } from '../aggregate-header.ts'
import type { Detector } from './drift.ts'

/**
 * Attachments against S3: a file that a ticket has must be stored, in its length. Nothing can make a file again, so a missing one is handed
 * over. The other direction, objects that no ticket has, is what sweep-uploads and sweep-copies look for.
 */
export const objectsDetector: Detector = {
  kind: 'objects',
  async suspects({ store, objects }, row) {
    const scope = aggregateOfKey(String(row.pk))
    if (!scope || !isAttachmentKey(String(row.sk))) return []
    const { id, ticketId } = parseAttachment(row)
    const ref = { tenant: scope.tenant, ticketId, id }
    const attachment = await readRow(store, attachmentRow(ref))
    if (attachment?.state !== 'ready' && attachment?.state !== 'removing') return []
    const key = cleanKey(ref)
    const stored = await objects.head(key)
    if (stored?.sizeBytes === attachment.sizeBytes) return []
    // Its removal may have ended since it was read.
    const again = await readRow(store, attachmentRow(ref))
    if (again?.state !== attachment.state) return []
    const problem = stored
      ? `has ${attachment.sizeBytes} bytes, but its object has ${stored.sizeBytes}`
      : `is ${attachment.state}, but its object does not exist`
    return [
      {
        kind: 'objects',
        subject: `attachment ${id} of ${subjectOf(scope)}`,
        mark: `${attachment.state} ${problem}`,
        problem,
        since: attachment.readyAt,
        handOver: `restore the old version of ${key} in the bucket, which keeps it for some weeks (ADR 14), or remove the attachment`,
      },
    ]
  },
}
