import { AttachmentWithAddress, toAttachmentResource } from '../../app/http/attachment-resource.ts'
import { type EndpointDeps, everyRole } from '../../app/http/endpoint.ts'
import { attachmentParams } from '../../app/http/path-params.ts'
import { Problem } from '../../app/http/problem.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { readOrConfirmAbsent } from '../../app/http/read-or-confirm-absent.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import { infectedReason } from '../../domain/scan-verdict.ts'
import { mustBeTakenBack } from '../../domain/take-back.ts'
import { uploadSecondsMax } from '../../sagas/attachment/attachment.ts'
import { cleanKey, quarantineKey } from '../../sagas/attachment/object-keys.ts'
import { type ScannedAttachment, scannedAttachmentRow } from '../../tables/attachment-scans.ts'
import type { AttachmentRef, StoredAttachment } from '../../tables/attachments.ts'

/** Long enough to start the download, short enough that a URL leaked into a log or a chat is soon worthless. */
export const downloadUrlSeconds = 300

/** One attachment, with a presigned URL: for the upload while its slot is open, for the download once it is ready. */
export const getAttachment = readEndpoint('get-attachment', {
  summary: 'Get an attachment with its upload or download URL',
  roles: everyRole,
  params: attachmentParams,
  async respond({ ticketId, attachmentId, caller }, store, deps) {
    await readVisibleTicket(store, caller, ticketId)
    const ref = { tenant: caller.tenant, ticketId, id: attachmentId }
    const stored = await readOrConfirmAbsent(store, scannedAttachmentRow(ref))
    if (!stored) throw new Problem('not-found', 'This ticket has no attachment with this id.')
    const found = withoutInfectedFile(stored)
    return jsonResponse({ ...toAttachmentResource(found, caller.actor), ...(await presignedUrl(ref, found, deps)) })
  },
  success: { status: 200, schema: AttachmentWithAddress },
})

/**
 * A file that is part of its ticket, and in which malware was found, is shown as being removed before its removal has begun, and gets no
 * download URL.
 */
function withoutInfectedFile(attachment: ScannedAttachment): StoredAttachment {
  const { infection } = attachment
  if (infection === undefined || !mustBeTakenBack(attachment)) return attachment
  return { ...attachment, state: 'removing', reason: infectedReason(infection) }
}

async function presignedUrl(ref: AttachmentRef, attachment: StoredAttachment, { objects, runtime }: EndpointDeps) {
  const { state, contentType, sizeBytes, sha256, fileName, uploadExpiresAt } = attachment
  if (!objects) throw new Error('get-attachment has no object store: pass one to httpHandler')
  if (state === 'awaiting_upload' && uploadExpiresAt) {
    const nowMs = runtime.now()
    const upload = {
      key: quarantineKey(ref),
      contentType,
      sizeBytes,
      sha256,
      // S3 signs no address for longer than a week, whatever a clock far ahead has stored.
      expiresAtMs: Math.min(Date.parse(uploadExpiresAt), nowMs + uploadSecondsMax * 1000),
      nowMs,
    }
    const { url, headers } = await objects.presignUpload(upload)
    return { uploadUrl: url, uploadHeaders: headers, uploadExpiresAt }
  }
  if (state !== 'ready') return {}
  const download = { key: cleanKey(ref), contentType, fileName, expiresInSeconds: downloadUrlSeconds }
  return { downloadUrl: await objects.presignDownload(download) }
}
